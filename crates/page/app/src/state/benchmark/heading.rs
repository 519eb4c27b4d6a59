//! What the table and the view say of the data set that the run on view was made on.

use bench::{Conditions, DataSet, NOT_GMAI_MMBENCH, Preset, Rule};

use super::Benchmark;

impl Benchmark {
    /// The data set of the run on view; before one, that of the set that waits.
    fn data_set(&self) -> Option<&DataSet> {
        let of_run = self.run.as_ref().map(|run| &run.conditions.data_set);
        of_run.or(self.data.as_ref().map(|set| &set.data_set))
    }

    /// Whether every question of the run on view is GMAI-MMBench VAL's, so that the published rows may stand beside it.
    fn is_val(&self) -> bool {
        let n_total = self.progress().map(|(_, n_total)| n_total);
        matches!(self.data_set(), Some(DataSet::File { n_val, .. }) if Some(*n_val) == n_total && *n_val > 0)
    }

    /// What stands over this run's column: `This run, phantom sample`, `This run, own.tsv, 180 of 4550, shuffled order`.
    pub fn heading(&self) -> String {
        let mut heading = String::from("This run, ");
        match self.data_set() {
            Some(DataSet::File { name, n_questions, .. }) => {
                heading += if self.is_val() { "GMAI-MMBench VAL questions" } else { name };
                heading += &match self.progress() {
                    Some((n_asked, _)) if n_asked < *n_questions => {
                        format!(", {n_asked} of {n_questions}, shuffled order")
                    }
                    _ => format!(", all {n_questions}"),
                };
            }
            _ => heading += "phantom sample",
        }
        if self.conditions().is_some_and(|conditions| conditions.blank_images) {
            heading += ", images blanked";
        }
        heading
    }

    /// What must be said of the run on view beside the published rows.
    pub fn note(&self) -> String {
        let Some(DataSet::File { n_val, .. }) = self.data_set() else { return NOT_GMAI_MMBENCH.into() };
        if !self.is_val() {
            let n_val = if *n_val == 0 { "None".into() } else { n_val.to_string() };
            return n_val
                + " of these questions are GMAI-MMBench VAL’s, word for word. The published rows are of all 4550 of those, and \
                   cannot be compared with this run’s.";
        }
        let mut note = String::from(
            "Questions of GMAI-MMBench VAL. The published runs had bf16 weights, images enlarged to at least 1280 visual tokens \
             and answers of up to 2048 tokens.",
        );
        if let Some(conditions) = self.conditions() {
            if conditions.rule != Rule::VlmEval2024 {
                note += &format!(
                    " Their answers were read under {}, this run’s under {}: the figures cannot be compared.",
                    Rule::VlmEval2024,
                    conditions.rule
                );
            }
            let tokens = conditions.visual_tokens;
            note += &format!(
                " This run has {} weights, {} to {} visual tokens ({}) and answers of up to {}: where these differ, the figures \
                 may too. It is our own run, not a reproduction.",
                conditions.quantisation,
                tokens.min,
                tokens.max,
                Preset::of(tokens).map_or("no preset", Preset::title),
                conditions.max_answer_tokens
            );
        }
        note
    }

    /// Whether the run on view asks every rotation.
    pub fn is_circular(&self) -> bool {
        self.conditions().is_some_and(|conditions| conditions.circular)
    }

    fn conditions(&self) -> Option<&Conditions> {
        self.run.as_ref().map(|run| &run.conditions)
    }
}
