use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::conditions::{differences, name, partial};
use super::figures::{DIFFERENCE_COLUMNS, Share, difference_cells, out_of_percent, p};
use super::published::STATISTICS;
use super::{headings, line, sheet};
use crate::{Answered, Grouping, KeptRun, MIN_N, Paired, Run, Score, Sheet, holm, label_cell};

/// A run against another on the questions that both asked: all of them, then by group. If the runs were read under different rules,
/// the other is read under this one's.
pub(super) fn sheets(run: &Run, other: &KeptRun, grouping: Grouping) -> Vec<Sheet> {
    let rule = run.conditions.rule;
    let is_reread = other.run.conditions.rule != rule;
    let other_run =
        if is_reread { Cow::Owned(other.run.clone().rescored(rule)) } else { Cow::Borrowed(&other.run) };
    let name = name(other);
    let common = common(run, &other_run);
    if common.is_empty() {
        return vec![nothing_in_common(run, &other_run, &name)];
    }
    let mut note = differences(&run.conditions, &other_run.conditions);
    if is_reread {
        note += &format!(" The answers of {name} are read under {rule} here, as this run's are.");
    }
    note += &partial("This run", run);
    note += &partial(&name, &other_run);
    let mut sheets = vec![overall(run, &other_run, &name, &common, note)];
    sheets.extend(by_group(run, &name, &common, grouping));
    sheets
}

/// The questions that both asked, by index and words, in this run's order.
fn common<'a>(run: &'a Run, other: &'a Run) -> Vec<(&'a Answered, &'a Answered)> {
    let mut by_index = HashMap::new();
    for answered in &other.answers {
        by_index.entry(answered.question.index.as_str()).or_insert(answered);
    }
    let pairs = run.answers.iter().filter_map(|answered| {
        let other = *by_index.get(answered.question.index.as_str())?;
        let (a, b) = (&answered.question, &other.question);
        (a.question == b.question && a.options == b.options).then_some((answered, other))
    });
    pairs.collect()
}

fn title(name: &str) -> String {
    format!("This run against {name}")
}

fn nothing_in_common(run: &Run, other: &Run, name: &str) -> Sheet {
    let note = "The two runs have no question in common (same index, text and options), so nothing can be compared. Runs on the \
same data set with the same seed ask the same questions.";
    let asked = |label: &str, run: &Run| {
        line(label, [run.conditions.data_set.description(), run.n_asked().to_string()])
    };
    let rows = vec![asked("This run", run), asked(name, other)];
    sheet(title(name), note.to_owned(), headings(&["Run", "Data set", "Questions asked"]), rows)
}

/// Counts pairs whose right answer is known.
fn paired<'a>(pairs: impl IntoIterator<Item = &'a (&'a Answered, &'a Answered)>) -> Paired {
    let mut paired = Paired::default();
    for (this, other) in pairs {
        if let (Some(first), Some(second)) = (this.hit, other.hit) {
            paired.add(&label_cell(&this.question), first, second);
        }
    }
    paired
}

fn overall(run: &Run, other: &Run, name: &str, common: &[(&Answered, &Answered)], mut note: String) -> Sheet {
    let [mut same, mut ours, mut theirs] = [(); 3].map(|()| Share::default());
    for (this, other) in common {
        let cell = label_cell(&this.question);
        same.add(&cell, this.letter().is_some() && this.letter() == other.letter());
        if let (Some(first), Some(second)) = (this.hit, other.hit) {
            ours.add(&cell, first);
            theirs.add(&cell, second);
        }
    }
    let asked = [run.n_asked(), other.n_asked()].map(|n| out_of_percent(same.score().n, n));
    let mut rows = vec![
        line("Of this run's questions, asked in both", [asked[0].clone()]),
        line(format!("Of the questions of {name}, asked in both"), [asked[1].clone()]),
        line("Both name the same option", [same.text()]),
    ];
    let paired = paired(common);
    if paired.n() == 0 {
        note += " The right answers are not known, so hits cannot be compared.";
    } else {
        let count = |k| out_of_percent(k, paired.n());
        let [difference, interval, p] = difference_cells(&paired);
        rows.extend([
            line("Right in this run", [ours.text()]),
            line(format!("Right in {name}"), [theirs.text()]),
            line("Right in both", [count(paired.n_both)]),
            line("Right in this run only", [count(paired.n_only_first)]),
            line(format!("Right in {name} only"), [count(paired.n_only_second)]),
            line("Wrong in both", [count(paired.n_neither)]),
            line("Difference, this run less the other, in points", [difference]),
            line("95 % interval of the difference", [interval]),
            line("p (McNemar, exact)", [p]),
        ]);
        note += &format!(" {STATISTICS}");
    }
    sheet(title(name), note, headings(&["On the questions that both asked", "Figure"]), rows)
}

/// One line for each group that has a common question with a known answer; none if no group has one.
fn by_group(run: &Run, name: &str, common: &[(&Answered, &Answered)], grouping: Grouping) -> Option<Sheet> {
    let mut pairs: BTreeMap<&str, Vec<(&Answered, &Answered)>> = BTreeMap::new();
    for pair in common {
        pairs.entry(grouping.group_of(&pair.0.question)).or_default().push(*pair);
    }
    // In the order of the result tables.
    let row = run.row();
    let groups: Vec<(&str, Paired)> = row
        .groups(grouping)
        .filter_map(|(group, _)| Some((group, paired(pairs.get(group)?))))
        .filter(|(_, paired)| paired.n() > 0)
        .collect();
    if groups.is_empty() {
        return None;
    }
    let corrected = holm(&groups.iter().map(|(_, paired)| paired.p_value()).collect::<Vec<_>>());
    let mut n_small = 0;
    let rows = groups.iter().zip(corrected).map(|((group, paired), corrected)| {
        let [ours, theirs] = paired.hits();
        let n = paired.n();
        let is_small = Score { hits: ours, n }.is_small();
        n_small += u32::from(is_small);
        let group = if is_small { format!("{group} *") } else { (*group).to_owned() };
        let hits = [n.to_string(), out_of_percent(ours, n), out_of_percent(theirs, n)];
        line(group, hits.into_iter().chain(difference_cells(paired)).chain([p(corrected)]))
    });
    let rows = rows.collect();
    let mut note = format!("The last column corrects p for the {} groups compared (Holm).", groups.len());
    if n_small > 0 {
        note += &format!(
            " * {n_small} of them have fewer than {MIN_N} questions: too few to conclude anything from a difference."
        );
    }
    let before = [grouping.column(), "Questions", "This run", name];
    let columns = [&before[..], &DIFFERENCE_COLUMNS, &["p (Holm)"]].concat();
    Some(sheet(format!("{}, by {}", title(name), grouping.column()), note, headings(&columns), rows))
}
