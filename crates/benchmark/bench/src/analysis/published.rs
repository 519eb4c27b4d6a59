use super::conditions::partial;
use super::figures::{DIFFERENCE_COLUMNS, SHARE_COLUMNS, Share, difference_cells, out_of, out_of_percent, p};
use super::{headings, line};
use crate::agreement::{published_answers, published_place};
use crate::report::visual_tokens;
use crate::{Answered, Match, Paired, Rule, Run, Sheet, holm, label_cell, published};

/// The rule of the published answers. A run under another rule is read under this one here, so that rules are not mixed.
const RULE: Rule = Rule::VlmEval2024;

/// The questions of a run that are VAL's, read under [`RULE`], with the published answers.
fn val_answers(run: &Run) -> Vec<(Answered, [Match; 4])> {
    let known =
        run.answers.iter().filter_map(|answered| Some((answered, published_answers(&answered.question)?)));
    known.map(|(answered, published)| (answered.clone().rescored(RULE), published)).collect()
}

/// How often a run names the option that a published run named; none if it has no question of VAL.
pub(super) fn agreement(run: &Run) -> Option<Sheet> {
    let answers = val_answers(run);
    if answers.is_empty() {
        return None;
    }
    let mut shares: Vec<Share> = published().iter().map(|_| Share::default()).collect();
    for (answered, published) in &answers {
        let cell = label_cell(&answered.question);
        for (share, theirs) in shares.iter_mut().zip(published) {
            share.add(&cell, answered.letter().is_some() && answered.letter() == theirs.letter());
        }
    }
    let same_model = published_place(&run.conditions.model);
    let rows = published().iter().zip(&shares).enumerate().map(|(place, (row, share))| {
        let mark = if same_model == Some(place) { " (the model of this run)" } else { "" };
        line(format!("{}{mark}", row.model), share.cells())
    });
    let note = format!(
        "The share of questions on which this run names the option that the published run named. Two runs of one model should \
agree far more often than two different models: Qwen2-VL-7B-Instruct and Qwen2-VL-2B-Instruct agree on 58 % of all 4550.{}",
        of_this_run(run, answers.len())
    );
    let columns = [&["Published run"][..], &SHARE_COLUMNS].concat();
    Some(super::sheet(
        "Agreement with the published answers".to_owned(),
        note,
        headings(&columns),
        rows.collect(),
    ))
}

/// Hits of a run and of each published run on the same questions; none if it has no question of VAL with a known answer.
pub(super) fn comparison(run: &Run) -> Option<Sheet> {
    let answers = val_answers(run);
    let mut pairs: Vec<Paired> = published().iter().map(|_| Paired::default()).collect();
    for (answered, published) in &answers {
        let Some(hit) = answered.hit else { continue };
        let cell = label_cell(&answered.question);
        for (paired, theirs) in pairs.iter_mut().zip(published) {
            paired.add(&cell, hit, theirs.hits(answered.question.answer) == Some(true));
        }
    }
    if pairs.first().is_none_or(|paired| paired.n() == 0) {
        return None;
    }
    let corrected = holm(&pairs.iter().map(Paired::p_value).collect::<Vec<_>>());
    let rows = published().iter().zip(&pairs).zip(corrected).map(|((row, paired), corrected)| {
        let [ours, theirs] = paired.hits();
        let n = paired.n();
        let hits = [out_of_percent(ours, n), out_of_percent(theirs, n)];
        let only = [out_of(paired.n_only_first, n), out_of(paired.n_only_second, n)];
        line(row.model, hits.into_iter().chain(only).chain(difference_cells(paired)).chain([p(corrected)]))
    });
    let conditions = &run.conditions;
    let note = format!(
        "Both runs on the same questions; a positive difference favours this run. The published runs had bf16 weights, images \
of at least 1280 visual tokens and answers of up to 2048 tokens; this run has {}, {} visual tokens, and answers of up to {}.{} {STATISTICS} \
The last column corrects p for the four comparisons (Holm).{}",
        conditions.quantisation,
        visual_tokens(conditions.visual_tokens),
        conditions.max_answer_tokens,
        if conditions.blank_images { " Its images are blank." } else { "" },
        of_this_run(run, answers.len()),
    );
    let before = ["Published run", "This run", "Published", "Only this run right", "Only published right"];
    let columns = [&before[..], &DIFFERENCE_COLUMNS, &["p (Holm)"]].concat();
    Some(super::sheet(
        "Against the published rows on the same questions".to_owned(),
        note,
        headings(&columns),
        rows.collect(),
    ))
}

/// How to read the figures of a difference.
pub(super) const STATISTICS: &str = "The interval treats the questions of one label cell as one cluster; p treats all questions as \
independent. If the two disagree, trust the interval. An interval that contains 0 shows no difference.";

/// Which of a run's questions count here, under which rule, and whether the run is complete.
fn of_this_run(run: &Run, n_val: usize) -> String {
    let mut text = partial("This run", run);
    if n_val < run.answers.len() {
        text +=
            &format!(" {n_val} of the {} questions asked are VAL's; the others are left out.", run.n_asked());
    }
    if run.conditions.rule != RULE {
        text += &format!(" Answers are read under {RULE} here, as the published ones are.");
    }
    text
}
