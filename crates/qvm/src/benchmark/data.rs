use anyhow::{Context as _, bail};
use bench::{DataSet, Grouping, Question};
use clap::ValueEnum;
use engine::{Attachment, Session};
use model::backend::Backend;
use protocol::{BenchmarkData, Command, JobId};

use crate::file::FileSource;
use crate::host::Terminal;

/// Every command of this program: they follow one another, so one name does.
pub(crate) const JOB: JobId = JobId(0);

/// Where questions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataArg {
    /// The phantoms that the page brings with it, 20 questions of each clinical task
    Sample,
}

impl DataArg {
    /// `fresh` questions of each clinical task instead of the sample's own, if given.
    pub(crate) fn data(self, fresh: Option<u32>) -> BenchmarkData {
        match (self, fresh) {
            (Self::Sample, None) => BenchmarkData::Sample,
            (Self::Sample, Some(per_task)) => BenchmarkData::Held { per_task },
        }
    }
}

/// Tells the session a command that needs nothing beside it.
pub(crate) async fn tell(session: &mut Session<impl Backend, Terminal, Vec<FileSource>>, command: Command) {
    session.handle(command, Attachment::None).await;
}

/// Opens a data set; its questions stand at their numbers.
pub(crate) async fn open(
    session: &mut Session<impl Backend, Terminal, Vec<FileSource>>,
    data: BenchmarkData,
) -> anyhow::Result<(DataSet, Vec<Question>)> {
    tell(session, Command::OpenBenchmark { job: JOB, data }).await;
    session.host().outcome()?.benchmark.context("the data set did not open")
}

/// Questions of these clinical tasks with their numbers, at most `limit`; no task named means all.
pub(crate) fn chosen(
    questions: Vec<Question>,
    tasks: &[String],
    limit: Option<usize>,
) -> anyhow::Result<Vec<(u32, Question)>> {
    let is_task = |wanted: &str, task: &str| task.eq_ignore_ascii_case(wanted.trim());
    let known = Grouping::ClinicalTask.groups();
    if let Some(unknown) = tasks.iter().find(|wanted| !known.iter().any(|task| is_task(wanted, task))) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn questions() -> Vec<Question> {
        let of = |task: &str| Question { clinical_task: task.into(), ..Question::default() };
        ["Bone", "Counting", "Muscle", "Bone"].map(of).to_vec()
    }

    #[test]
    fn tasks_and_limit_choose_questions_by_number() {
        let numbers = |tasks: &[&str], limit| {
            let tasks: Vec<_> = tasks.iter().map(ToString::to_string).collect();
            let chosen = chosen(questions(), &tasks, limit).map_err(|e| e.to_string())?;
            Ok(chosen.into_iter().map(|(number, _)| number).collect::<Vec<u32>>())
        };
        assert_eq!(numbers(&[], None), Ok(vec![0, 1, 2, 3]));
        assert_eq!(numbers(&["bone", " Muscle "], None), Ok(vec![0, 2, 3]));
        assert_eq!(numbers(&["Bone", "Muscle"], Some(2)), Ok(vec![0, 2]));
        let unknown: Result<_, String> = numbers(&["Bone", "Bones"], None);
        assert!(unknown.is_err_and(|e| e.contains("no clinical task `Bones`") && e.contains("Counting")));
        assert!(numbers(&["Severity Grading"], None).is_err_and(|e| e.contains("no question")));
    }
}
