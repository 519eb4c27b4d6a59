use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context as _;
use engine::{Attachment, Session};
use model::backend::Backend;
use protocol::{BenchmarkData, Command, DataSource, JobId};

use crate::file::FileSource;
use crate::host::{OpenedSet, Terminal};

/// The job of every command: they run one after another, so one id is enough.
pub(crate) const JOB: JobId = JobId(0);

/// Where questions come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DataArg {
    /// The phantoms that the page brings with it, 20 questions of each clinical task.
    Sample,
    /// A file in VLMEvalKit's columns.
    File(PathBuf),
}

impl FromStr for DataArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match PathBuf::from(text) {
            _ if text == "sample" => Ok(Self::Sample),
            path if path.is_file() => Ok(Self::File(path)),
            _ => Err(format!(
                "there is no file {text}; expected sample, or a TSV or JSON lines file of questions"
            )),
        }
    }
}

/// Gives the session a command without an attachment.
pub(crate) async fn tell(session: &mut Session<impl Backend, Terminal, Vec<FileSource>>, command: Command) {
    session.handle(command, Attachment::None).await;
}

/// Opens a set of phantoms; its questions are in order of their numbers.
pub(crate) async fn open(
    session: &mut Session<impl Backend, Terminal, Vec<FileSource>>,
    data: BenchmarkData,
) -> anyhow::Result<OpenedSet> {
    tell(session, Command::OpenBenchmark { job: JOB, data }).await;
    session.host().outcome()?.benchmark.context("the data set did not open")
}

/// Opens a file; its questions are in the order of asking.
pub(crate) async fn open_file(
    session: &mut Session<impl Backend, Terminal, Vec<FileSource>>,
    path: &std::path::Path,
    sampling: bench::Sampling,
) -> anyhow::Result<OpenedSet> {
    let source = DataSource::Picked { name: path.display().to_string() };
    let data = BenchmarkData::File { source, sampling };
    let files = vec![FileSource::open_by_name(path)?];
    session.handle(Command::OpenBenchmark { job: JOB, data }, Attachment::Files(files)).await;
    session.host().outcome()?.benchmark.context("the data set did not open")
}
