//! Conditions and tables for a reader.

mod beside;
mod table;

use std::fmt::Write;

use super::conditions::{extent, progress, seed, shard, visual_tokens};
use super::note;
use crate::{Grouping, MIN_N, PERMANENT_LINE, Rule, Run};

/// Conditions and the three tables, one line for each group. Groups without a question are left out. If every question is
/// GMAI-MMBench VAL's, the published rows follow in their own tables.
pub fn markdown(run: &Run) -> String {
    let row = run.row();
    let mut out = format!("# Benchmark run: {}\n\n> {PERMANENT_LINE}\n\n", escaped(&run.conditions.model));
    if let Some(note) = note(run) {
        push(&mut out, format_args!("{note}\n\n"));
    }
    if row.overall().n_asked > row.overall().n {
        push(
            &mut out,
            format_args!(
                "The data set withholds the right answers of {} of the {} questions asked; they are not scored.\n\n",
                row.overall().n_asked - row.overall().n,
                row.overall().n_asked
            ),
        );
    }
    push_conditions(&mut out, run);
    for grouping in Grouping::ALL {
        table::push_table(&mut out, run, &row, grouping);
    }
    push(
        &mut out,
        format_args!(
            "\nIntervals are 95 % intervals, clustered by label cell (label, task, department, modality and granularity). Chance is the \
share that guessing gets right on the same questions. {SMALL} Fewer than {MIN_N} questions: too few for a conclusion.\n"
        ),
    );
    if row.overall().n_circular > 0 {
        out.push_str("Circular: questions that are right in every rotation of their options.\n");
    }
    if run.is_beside_published() {
        beside::push_published(&mut out, run, &row);
    } else if run.n_val() == Some(run.n_total) {
        push(
            &mut out,
            format_args!(
                "\nThe published rows are read under rule {}. Read this run under the same rule to see them beside it.\n",
                Rule::VlmEval2024
            ),
        );
    }
    out
}

/// Marks a cell of fewer than [`MIN_N`] questions.
const SMALL: &str = "†";

fn push_conditions(out: &mut String, run: &Run) {
    let c = &run.conditions;
    let overall = *run.row().overall();
    let score = overall.score();
    let commonest = run.commonest_answer().map_or_else(String::new, |commonest| {
        format!("always {}: {}", commonest.letter, share(commonest.score.accuracy()))
    });
    let right = match score.accuracy() {
        Some(_) => format!("{}/{}, {}", score.hits, score.n, share(score.accuracy())),
        None => "not known".to_owned(),
    };
    let asked = if c.circular { "in every rotation of the options" } else { "once" };
    let lines = [
        ("Model", c.model.clone()),
        ("Quantisation", c.quantisation.clone()),
        ("Backend", c.backend.clone()),
        ("Visual tokens per image", visual_tokens(c.visual_tokens)),
        ("Answers cut after", format!("{} tokens", c.max_answer_tokens)),
        ("Matching rule", c.rule.to_string()),
        ("Images", if c.blank_images { "blanked" } else { "shown" }.to_owned()),
        ("Data set", c.data_set.description()),
        ("Questions", extent(c.selection)),
        ("Seed of the order", seed(c.selection)),
        ("Shard", shard(c.shard)),
        ("Fingerprint of the questions", c.questions.clone()),
        ("Questions asked", progress(run)),
        ("Each is asked", asked.to_owned()),
        ("Right answers", right),
        ("Commonest answer", commonest),
        ("Text and first token disagree", disagreements(run, overall.n_disagreements)),
        ("Software", c.software.clone()),
        ("Date", c.date.clone()),
    ];
    out.push_str("| Condition | |\n|:--|:--|\n");
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        push(out, format_args!("| {name} | {} |\n", escaped(value)));
    }
}

/// Empty if the first token was not recorded.
fn disagreements(run: &Run, n: u32) -> String {
    match run.answers.iter().filter(|answered| answered.preferred().is_some()).count() {
        0 => String::new(),
        of => format!("in {n} of {of} answers"),
    }
}

/// With four decimals, as the published tables print it.
fn share(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{share:.4}"))
}

/// A text as the content of one table cell, with Markdown's characters escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '\\' | '*' | '`' | '<' | '[' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::{Answered, DataSet, Match, NOT_GMAI_MMBENCH};

    /// Columns of a table line: one less than its bars that are not escaped.
    fn n_columns(line: &str) -> usize {
        line.replace("\\|", "").matches('|').count() - 1
    }

    #[test]
    fn it_has_conditions_and_three_tables() {
        let text = markdown(&sample::run());
        assert!(text.contains(PERMANENT_LINE) && text.contains(NOT_GMAI_MMBENCH));
        assert!(text.starts_with("# Benchmark run: Phantom \\| 8M\n"), "{text}");
        assert!(text.contains("| Questions asked | 5 of 360 (partial) |\n"), "{text}");
        assert!(text.contains("| Commonest answer | always B: 0.5000 |\n"), "{text}");
        assert!(text.contains("| Visual tokens per image | 4 to 64 |\n"));
        let overall = "| **Overall**† | 1 / 4 | 0.2500 | 0.030 to 0.784 | 0.2500 | 2 | 0 |\n";
        assert_eq!(text.matches(overall).count(), 3, "{text}");
        assert!(text.contains("| Muscle† | 1 / 2 | 0.5000 | 0.095 to 0.905 | 0.2500 | 0 | 0 |\n"), "{text}");
        assert_eq!(text.matches("\n## ").count(), 3);
    }

    #[test]
    fn every_line_of_a_table_has_its_columns() {
        let mut run = sample::run();
        run.answers[0].question.department = "Head | Neck\nSurgery".into();
        let text = markdown(&run);
        assert!(text.contains("| Head \\| Neck Surgery† |"), "{text}");
        let mut n_tables = 0;
        for table in text.split("\n\n").filter(|block| block.starts_with('|')) {
            n_tables += 1;
            let wanted = n_columns(table.lines().next().unwrap());
            for line in table.lines() {
                assert_eq!(n_columns(line), wanted, "{line}");
            }
        }
        assert_eq!(n_tables, 4);
    }

    #[test]
    fn preference_and_rotations_have_columns_if_there_are_any() {
        let text = markdown(&sample::looked_at_closely());
        assert!(text.contains("| Text and first token disagree | in 1 of 2 answers |\n"), "{text}");
        assert!(text.contains("| Questions asked | 5 of 360, shuffled order |\n"), "{text}");
        assert!(text.contains("| Visual tokens per image | 4 to 256 (Fast) |\n"), "{text}");
        assert!(text.contains("| Circular | Disagree |\n"), "{text}");
        let line = text.lines().find(|line| line.starts_with("| Muscle†")).unwrap();
        assert!(line.ends_with("| 1 / 1 | 1 |"), "{line}");
        assert!(!markdown(&sample::run()).contains("Circular"));
    }

    #[test]
    fn what_is_not_known_is_not_scored() {
        let mut run = sample::run();
        run.answers.retain(|answered| answered.question.answer.is_none());
        let text = markdown(&run);
        assert!(text.contains("of 1 of the 1 questions asked"), "{text}");
        assert!(
            text.contains("| Bone† | not known, 1 asked | |")
                || text.contains("| Bone† | not known, 1 asked |  |"),
            "{text}"
        );
        assert!(text.contains("| Right answers | not known |"), "{text}");
        assert!(!text.contains("0 / 0"), "{text}");
    }

    #[test]
    fn published_rows_stand_only_beside_questions_of_val_and_in_their_own_tables() {
        let mut run = sample::run();
        let beside = |run: &Run| markdown(run).contains("2114/4550");
        assert!(!beside(&run));
        let on_file = |n_val| DataSet::File { name: "VAL.tsv".into(), n_questions: 4550, n_val };
        run.conditions.data_set = on_file(359);
        assert!(!beside(&run) && markdown(&run).contains("Only 359 of the 360 questions"));
        run.conditions.data_set = on_file(360);
        assert!(beside(&run), "{}", markdown(&run));
        let text = markdown(&run);
        assert!(text.contains("| Group | This run† | Qwen2-VL-7B-Instruct |"), "{text}");
        assert!(text.contains("| Muscle | 0.5000 (1/2) | 0.2600 (13/50) |"), "{text}");
        let later = run.rescored(Rule::VlmEval2025Aug);
        assert!(!beside(&later) && markdown(&later).contains("read under rule vlmeval-2024"));
    }

    #[test]
    fn a_refusal_is_counted_as_one() {
        let mut run = sample::run();
        run.answers[2] = Answered { matched: Match::Refused, ..run.answers[2].clone() };
        assert!(markdown(&run).contains("| 1 | 1 |\n"), "{}", markdown(&run));
    }
}
