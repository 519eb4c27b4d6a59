use std::str::FromStr;

use anyhow::bail;
use bench::{
    DEFAULT_SEED, DataSet, Extent, Grouping, Question, RunQuestions, Selection, fingerprint, is_val,
};
use clap::Args;
use engine::{Data, OpenedDataSet, Session};
use model::backend::Backend;

use super::data::{DataArg, open};
use super::shard::ShardArg;
use crate::file::FileSource;
use crate::host::Terminal;

/// Which questions are asked.
#[derive(Args, Debug)]
pub(crate) struct ChoiceArgs {
    /// Data set: `sample`, or a file in VLMEvalKit's columns, tab-separated or one JSON object a line
    #[arg(long, default_value = "sample")]
    data: DataArg,
    /// Of a file's order of asking [default: 20241121]
    #[arg(long)]
    seed: Option<u32>,
    /// How much of a file is asked: `cells` for one question of each label cell, a number, or `all` [default: cells]
    #[arg(long)]
    extent: Option<ExtentArg>,
    /// Clinical tasks to ask about, separated by commas (default: all)
    #[arg(long, value_delimiter = ',', conflicts_with = "shard")]
    tasks: Vec<String>,
    /// Ask only this many questions; every task has its turn before any has its second
    #[arg(long, conflicts_with = "shard")]
    limit: Option<usize>,
    /// Instead of the sample: this many other questions of each clinical task, of images that no model learned from
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    fresh: Option<u32>,
    /// Ask one part of n, i/n with i from 0: every n-th question. `merge` joins the parts
    #[arg(long)]
    shard: Option<ShardArg>,
}

/// What is asked, and where it comes from.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) asked: RunQuestions,
    /// With their places in the data set.
    pub(crate) questions: Vec<(u32, Question)>,
}

impl ChoiceArgs {
    /// Opens the data set and chooses among its questions.
    pub(crate) async fn open(
        &self,
        session: &mut Session<impl Backend, Terminal, Vec<FileSource>>,
    ) -> anyhow::Result<Choice> {
        let (selection, opened) = match &self.data {
            DataArg::Sample => (None, open(session, self.phantoms()?).await?),
            DataArg::File(_) if self.fresh.is_some() => {
                bail!("--fresh draws phantoms; it goes with --data sample alone")
            }
            DataArg::File(path) => {
                let extent = self.extent.map_or(Extent::OnePerCell, |extent| extent.0);
                let selection = Selection { seed: self.seed.unwrap_or(DEFAULT_SEED), extent };
                let file = vec![FileSource::open_by_name(path)?];
                (Some(selection), open(session, Data::File { file, selection }).await?)
            }
        };
        tell_of(&opened);
        let OpenedDataSet { data: mut data_set, questions, .. } = opened;
        let mut questions = chosen(questions, &self.tasks, self.limit)?;
        let all: Vec<Question> = questions.iter().map(|(_, question)| question.clone()).collect();
        let fingerprint = fingerprint(&all);
        let shard = self.shard.map(|shard| shard.0);
        if let Some(shard) = shard {
            questions.retain(|&(place, _)| runs::holds(shard, place));
            if questions.is_empty() {
                bail!(
                    "shard {}/{} has no question: there are only {} in all",
                    shard.index,
                    shard.of,
                    all.len()
                );
            }
        }
        if let DataSet::File { n_val, .. } = &mut data_set {
            *n_val = questions.iter().filter(|(_, question)| is_val(question)).count() as u32;
        }
        Ok(Choice { asked: RunQuestions { data_set, selection, fingerprint, shard }, questions })
    }

    fn phantoms(&self) -> anyhow::Result<Data<Vec<FileSource>>> {
        if self.seed.is_some() || self.extent.is_some() {
            bail!(
                "--seed and --extent choose among a file's questions; the sample has an order of its own, and --limit cuts it"
            );
        }
        Ok(self.fresh.map_or(Data::Sample, |per_task| Data::HeldOut { per_task }))
    }
}

/// Problems that are printed; further ones are only counted.
const MOST_TOLD: usize = 10;

/// What a person should know of a data set before hours of answers.
fn tell_of(opened: &OpenedDataSet) {
    if opened.n_problems > 0 {
        eprintln!("{} rows are left out:", opened.n_problems);
        for problem in opened.problems.iter().take(MOST_TOLD) {
            eprintln!("  row {} (index {:?}): {}", problem.row, problem.index, problem.message);
        }
        let n_more = (opened.n_problems as usize).saturating_sub(MOST_TOLD);
        if n_more > 0 {
            eprintln!("  and {n_more} more");
        }
    }
    if !opened.questions.is_empty() && opened.questions.iter().all(|question| question.answer.is_none()) {
        eprintln!("This file keeps its answers back: the run predicts, nothing is scored.");
    }
}

/// Questions of these clinical tasks with their numbers, at most `limit`; no task named means all.
fn chosen(
    questions: Vec<Question>,
    tasks: &[String],
    limit: Option<usize>,
) -> anyhow::Result<Vec<(u32, Question)>> {
    let is_task = |wanted: &str, task: &str| task.eq_ignore_ascii_case(wanted.trim());
    let known = Grouping::ClinicalTask.groups();
    let is_known = |wanted: &String| {
        known.iter().any(|task| is_task(wanted, task))
            || questions.iter().any(|q| is_task(wanted, &q.clinical_task))
    };
    if let Some(unknown) = tasks.iter().find(|wanted| !is_known(wanted)) {
        bail!("there is no clinical task `{}`; the tasks are: {}", unknown.trim(), known.join(", "));
    }
    let is_chosen = |question: &Question| {
        tasks.is_empty() || tasks.iter().any(|wanted| is_task(wanted, &question.clinical_task))
    };
    let chosen = (0..).zip(questions).filter(|(_, question)| is_chosen(question));
    let chosen: Vec<_> = chosen.take(limit.unwrap_or(usize::MAX)).collect();
    if chosen.is_empty() {
        bail!("no question is left to be asked");
    }
    Ok(chosen)
}

/// `cells`, `all` or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExtentArg(Extent);

impl FromStr for ExtentArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "cells" => Ok(Self(Extent::OnePerCell)),
            "all" => Ok(Self(Extent::All)),
            number => match number.parse() {
                Ok(n) if n > 0 => Ok(Self(Extent::First(n))),
                _ => Err(format!("expected cells, all, or a number of questions from 1; found {text}")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions() -> Vec<Question> {
        let of = |task: &str| Question { clinical_task: task.into(), ..Question::default() };
        ["Bone", "Counting", "Muscle", "Bone", "Of my own"].map(of).to_vec()
    }

    #[test]
    fn tasks_and_limit_choose_questions_by_number() {
        let numbers = |tasks: &[&str], limit| {
            let tasks: Vec<_> = tasks.iter().map(ToString::to_string).collect();
            let chosen = chosen(questions(), &tasks, limit).map_err(|e| e.to_string())?;
            Ok(chosen.into_iter().map(|(number, _)| number).collect::<Vec<u32>>())
        };
        assert_eq!(numbers(&[], None), Ok(vec![0, 1, 2, 3, 4]));
        assert_eq!(numbers(&["bone", " Muscle "], None), Ok(vec![0, 2, 3]));
        assert_eq!(numbers(&["Bone", "Muscle"], Some(2)), Ok(vec![0, 2]));
        assert_eq!(numbers(&["of my own"], None), Ok(vec![4]));
        let unknown: Result<_, String> = numbers(&["Bone", "Bones"], None);
        assert!(unknown.is_err_and(|e| e.contains("no clinical task `Bones`") && e.contains("Counting")));
        assert!(numbers(&["Severity Grading"], None).is_err_and(|e| e.contains("no question")));
    }

    #[test]
    fn an_extent_is_a_word_or_a_number() {
        let of = |text: &str| text.parse::<ExtentArg>().map(|extent| extent.0);
        assert_eq!(of("cells"), Ok(Extent::OnePerCell));
        assert_eq!(of("all"), Ok(Extent::All));
        assert_eq!(of("400"), Ok(Extent::First(400)));
        for wrong in ["0", "-1", "some", ""] {
            assert!(of(wrong).is_err_and(|e| e.contains("expected cells, all")), "{wrong}");
        }
    }
}
