use std::path::PathBuf;
use std::str::FromStr;

use engine::{Data, OpenedDataSet, Session};
use model::backend::Backend;

use crate::file::FileSource;
use crate::host::{JOB, Terminal, failed};

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

/// Opens a data set; its questions stand in the order of asking.
pub(crate) async fn open(
    session: &mut Session<impl Backend, Terminal, Vec<FileSource>>,
    data: Data<Vec<FileSource>>,
) -> anyhow::Result<OpenedDataSet> {
    session.open_data(JOB, data).await.map_err(|error| failed(&error))
}
