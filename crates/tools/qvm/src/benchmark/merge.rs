//! `qvm bench merge`: what several machines answered becomes one run.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use bench::{Answered, Conditions, DataSet, KeptRun, Run, Shard, fingerprint};
use clap::Args;
use runs::{difference, log, n_held};

use super::log::{id, read, replace};

#[derive(Args, Debug)]
pub(crate) struct MergeArgs {
    /// Logs of all shards of a run, in any order
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    /// File to write
    #[arg(short, long)]
    out: PathBuf,
}

pub(crate) fn run(args: &MergeArgs) -> anyhow::Result<()> {
    if args.logs.contains(&args.out) {
        bail!("{} is one of the shards; name another file with --out", args.out.display());
    }
    let mut shards = Vec::new();
    for path in &args.logs {
        shards.push((path.display().to_string(), read(path, None)?.run));
    }
    let run = merged(shards)?;
    let n = run.n_asked();
    replace(&args.out, &log::begin(&KeptRun { id: id(&args.out), name: String::new(), run }))?;
    eprintln!("{n} answers in {}", args.out.display());
    Ok(())
}

/// The run of which these are all shards; each comes with its name for messages.
fn merged(mut shards: Vec<(String, Run)>) -> anyhow::Result<Run> {
    let of = |name: &str, run: &Run| -> anyhow::Result<Shard> {
        run.conditions.shard.with_context(|| format!("{name} is no shard: it was run without --shard"))
    };
    for (name, run) in &shards {
        of(name, run)?;
    }
    shards.sort_by_key(|(_, run)| run.conditions.shard.map(|shard| shard.index));
    let (first_name, first) = shards.first().context("there is no shard")?;
    let n_shards = of(first_name, first)?.of;
    let n_total: u32 = shards.iter().map(|(_, run)| run.n_total).sum();
    let conditions = whole(&first.conditions);
    for (index, (name, run)) in (0..).zip(&shards) {
        let shard = of(name, run)?;
        if let Some(difference) = difference(&whole(&run.conditions), &conditions) {
            bail!("{name} and {first_name} are of different runs: {name}: {difference}");
        }
        if shard.of != n_shards {
            bail!("{name} is one of {} shards, {first_name} one of {n_shards}", shard.of);
        }
        if shard.index != index {
            let (wrong, what) =
                if shard.index < index { (shard.index, "there twice") } else { (index, "missing") };
            bail!("shard {wrong}/{n_shards} is {what}; expected each of the {n_shards} once");
        }
        if !run.is_complete() {
            bail!("{name} has {} of {} answers; run it to its end first", run.n_asked(), run.n_total);
        }
    }
    if shards.len() as u32 != n_shards {
        bail!("shard {}/{n_shards} is missing; expected each of the {n_shards} once", shards.len());
    }
    for (name, run) in &shards {
        let expected = n_held(of(name, run)?, n_total);
        if run.n_total != expected {
            bail!("{name} has {} questions; expected {expected} of the {n_total} in all", run.n_total);
        }
    }
    let date = shards.iter().map(|(_, run)| &run.conditions.date).min().cloned().unwrap_or_default();
    let data_set = joined_data_set(&shards, conditions.data_set.clone());
    let conditions = Conditions { date, data_set, ..conditions };
    let answers = interleaved(shards);
    let questions: Vec<_> = answers.iter().map(|answered| answered.question.clone()).collect();
    let found = fingerprint(&questions);
    if !conditions.questions.is_empty() && found != conditions.questions {
        bail!(
            "the questions of all shards are not those of the run: their fingerprint is {found}, not {}",
            conditions.questions
        );
    }
    Ok(Run { conditions, n_total, answers })
}

/// The conditions of a shard, without what makes it one.
fn whole(conditions: &Conditions) -> Conditions {
    let data_set = match conditions.data_set.clone() {
        // Counted of the questions that a shard asks.
        DataSet::File { name, n_questions, .. } => DataSet::File { name, n_questions, n_val: 0 },
        other => other,
    };
    Conditions { shard: None, data_set, ..conditions.clone() }
}

fn joined_data_set(shards: &[(String, Run)], data_set: DataSet) -> DataSet {
    match data_set {
        DataSet::File { name, n_questions, .. } => {
            let n_val = shards.iter().filter_map(|(_, run)| run.n_val()).sum();
            DataSet::File { name, n_questions, n_val }
        }
        other => other,
    }
}

/// The first answer of each shard, then the second of each, and so on: the order of the run.
fn interleaved(shards: Vec<(String, Run)>) -> Vec<Answered> {
    let mut sources: Vec<_> = shards.into_iter().map(|(_, run)| run.answers.into_iter()).collect();
    let mut answers = Vec::new();
    loop {
        let n_before = answers.len();
        answers.extend(sources.iter_mut().filter_map(Iterator::next));
        if answers.len() == n_before {
            return answers;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::table::tests::run;
    use runs::holds;

    /// A run of five answers over a file.
    fn complete() -> Run {
        let mut run = run();
        for (index, answered) in run.answers.iter_mut().enumerate() {
            answered.question.index = index.to_string();
        }
        let questions: Vec<_> = run.questions().cloned().collect();
        run.conditions.questions = fingerprint(&questions);
        run.conditions.data_set = DataSet::File { name: "own.tsv".into(), n_questions: 9, n_val: 5 };
        run
    }

    fn shards(of: u32) -> Vec<(String, Run)> {
        let shard = |index| {
            let whole = complete();
            let shard = Shard { index, of };
            let held = (0..).zip(whole.answers).filter(|&(place, _)| holds(shard, place));
            let answers: Vec<Answered> = held.map(|(_, answered)| answered).collect();
            let n = answers.len() as u32;
            let data_set = DataSet::File { name: "own.tsv".into(), n_questions: 9, n_val: n };
            let conditions = Conditions { shard: Some(shard), data_set, ..whole.conditions };
            (format!("{index}.jsonl"), Run { conditions, n_total: n, answers })
        };
        (0..of).map(shard).collect()
    }

    #[test]
    fn shards_in_any_order_become_the_run() {
        for of in 1..6 {
            let mut shards = shards(of);
            shards.reverse();
            assert_eq!(merged(shards).unwrap(), complete(), "of {of} shards");
        }
        let mut later = shards(2);
        later[0].1.conditions.date = "2099-01-01".into();
        assert_eq!(merged(later).unwrap().conditions.date, complete().conditions.date, "the earliest counts");
    }

    #[test]
    fn whatever_does_not_make_a_whole_is_refused() {
        let said = |change: fn(&mut Vec<(String, Run)>)| {
            let mut shards = shards(3);
            change(&mut shards);
            merged(shards).unwrap_err().to_string()
        };
        let missing = said(|shards| drop(shards.remove(1)));
        assert_eq!(missing, "shard 1/3 is missing; expected each of the 3 once");
        assert_eq!(said(|shards| drop(shards.pop())), "shard 2/3 is missing; expected each of the 3 once");
        let twice = said(|shards| shards.push(shards[1].clone()));
        assert_eq!(twice, "shard 1/3 is there twice; expected each of the 3 once");
        let unfinished = said(|shards| drop(shards[0].1.answers.pop()));
        assert_eq!(unfinished, "0.jsonl has 1 of 2 answers; run it to its end first");
        let plain = said(|shards| shards[2].1.conditions.shard = None);
        assert_eq!(plain, "2.jsonl is no shard: it was run without --shard");
        let other = said(|shards| shards[1].1.conditions.quantisation = "Q4_K_M".into());
        assert!(other.contains("1.jsonl: its quantisation is \"Q4_K_M\", not \"Q8_0\""), "{other}");
        let of = said(|shards| shards[2].1.conditions.shard = Some(Shard { index: 2, of: 4 }));
        assert_eq!(of, "2.jsonl is one of 4 shards, 0.jsonl one of 3");
        let questions = said(|shards| shards[2].1.answers[0].question.question.push('x'));
        assert!(questions.starts_with("the questions of all shards are not those of the run"), "{questions}");
    }
}
