use std::borrow::Cow;

use crate::{Extent, PERMANENT_LINE, Preset, Run, Selection, Shard, VisualTokens};

/// What a run's figures depend on, as names and values in reading order, the permanent line last. A value that is not known is
/// empty; a switch is 1 or 0.
pub fn conditions(run: &Run) -> Vec<(&'static str, String)> {
    let c = &run.conditions;
    let flag = |is: bool| u8::from(is).to_string();
    vec![
        ("model", c.model.clone()),
        ("quantisation", c.quantisation.clone()),
        ("backend", c.backend.clone()),
        ("min visual tokens", c.visual_tokens.min.to_string()),
        ("max visual tokens", c.visual_tokens.max.to_string()),
        ("preset", Preset::of(c.visual_tokens).map_or("", Preset::title).to_owned()),
        ("max answer tokens", c.max_answer_tokens.to_string()),
        ("rule", c.rule.to_string()),
        ("blank images", flag(c.blank_images)),
        ("circular", flag(c.circular)),
        ("data set", c.data_set.description()),
        ("questions in data set", run.n_total.to_string()),
        ("asked", progress(run)),
        ("seed", seed(c.selection)),
        ("extent", extent(c.selection)),
        ("shard", shard(c.shard)),
        ("fingerprint of the questions", c.questions.clone()),
        ("software", c.software.clone()),
        ("date", c.date.clone()),
        ("note", note(run).unwrap_or_default().into_owned()),
        ("notice", PERMANENT_LINE.to_owned()),
    ]
}

/// What a reader of the run's figures must know.
pub(crate) fn note(run: &Run) -> Option<Cow<'static, str>> {
    match run.n_val() {
        Some(n_val) if n_val > 0 && n_val < run.n_total => Some(Cow::Owned(format!(
            "Only {n_val} of the {} questions of this run are GMAI-MMBench VAL's: the published rows are about other questions.",
            run.n_total
        ))),
        _ => run.conditions.data_set.note().map(Cow::Borrowed),
    }
}

/// How far a run has come: `360 of 360`, or `5 of 360, shuffled order`.
pub(crate) fn progress(run: &Run) -> String {
    let far = format!("{} of {}", run.n_asked(), run.n_total);
    match (run.is_complete(), run.conditions.selection) {
        (true, _) => far,
        (false, Some(_)) => far + ", shuffled order",
        (false, None) => far + " (partial)",
    }
}

/// The seed of the order; empty if the questions come in the data set's own order.
pub(crate) fn seed(selection: Option<Selection>) -> String {
    selection.map_or_else(String::new, |selection| selection.seed.to_string())
}

/// Which questions of the data set a run asks.
pub fn extent(selection: Option<Selection>) -> String {
    match selection.map(|selection| selection.extent) {
        Some(Extent::OnePerCell) => "one per label cell".to_owned(),
        Some(Extent::First(n)) => format!("first {n} of the shuffled order"),
        Some(Extent::All) => "all, in shuffled order".to_owned(),
        None => "all, in the data set's own order".to_owned(),
    }
}

/// As the command line takes it, `0/4`; empty if the run is not a shard.
pub(crate) fn shard(shard: Option<Shard>) -> String {
    shard.map_or_else(String::new, |shard| format!("{}/{}", shard.index, shard.of))
}

/// `4 to 256 (Fast)`.
pub fn visual_tokens(bounds: VisualTokens) -> String {
    let preset = Preset::of(bounds).map_or_else(String::new, |preset| format!(" ({})", preset.title()));
    format!("{} to {}{preset}", bounds.min, bounds.max)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::{DataSet, NOT_GMAI_MMBENCH};

    fn on_file(n_val: u32) -> Run {
        let mut run = sample::run();
        run.conditions.data_set = DataSet::File { name: "own.tsv".into(), n_questions: 4550, n_val };
        run
    }

    #[test]
    fn a_note_says_how_far_the_published_rows_can_be_compared() {
        assert_eq!(note(&sample::run()).as_deref(), Some(NOT_GMAI_MMBENCH));
        let part = note(&on_file(7)).unwrap();
        assert!(part.starts_with("Only 7 of the 360 questions"), "{part}");
        assert_eq!(note(&on_file(360)), None);
        assert!(note(&on_file(0)).unwrap().contains("not those of GMAI-MMBench VAL"));
    }

    #[test]
    fn extent_and_order_are_put_in_words() {
        let selection = |extent| Some(Selection { seed: 7, extent });
        assert_eq!(extent(selection(Extent::OnePerCell)), "one per label cell");
        assert_eq!(extent(selection(Extent::First(400))), "first 400 of the shuffled order");
        assert!(extent(selection(Extent::All)).starts_with("all"));
        assert_eq!((seed(selection(Extent::All)), seed(None)), ("7".to_owned(), String::new()));
        let mut run = sample::run();
        assert_eq!(progress(&run), "5 of 360 (partial)");
        run.conditions.selection = selection(Extent::All);
        assert_eq!(progress(&run), "5 of 360, shuffled order");
        run.n_total = 5;
        assert_eq!(progress(&run), "5 of 5");
    }

    #[test]
    fn bounds_have_their_name_beside_them() {
        assert_eq!(visual_tokens(Preset::Fast.visual_tokens()), "4 to 256 (Fast)");
        assert_eq!(visual_tokens(VisualTokens { min: 4, max: 64 }), "4 to 64");
        assert_eq!(shard(Some(Shard { index: 0, of: 4 })) + &shard(None), "0/4");
    }

    #[test]
    fn every_condition_has_a_name_of_its_own() {
        let all = conditions(&sample::run());
        let mut names: Vec<_> = all.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        assert_eq!(all.last().unwrap(), &("notice", PERMANENT_LINE.to_owned()));
    }
}
