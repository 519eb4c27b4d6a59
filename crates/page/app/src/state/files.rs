//! Files that a person chose. The state holds their names; the browser's half holds the files themselves.

use protocol::{BenchmarkData, Command, DataSource};

use super::benchmark::Stage;
use super::{ModelState, Pair, Purpose, State};

/// Names one file that the browser's half holds, for as long as the state mentions it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A file that a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenFile {
    /// Names it between the state and the browser's half.
    pub id: FileId,
    /// Its file name.
    pub name: String,
}

impl State {
    /// The files that travel beside a command which was just given.
    pub fn files_beside(&self, command: &Command) -> Vec<FileId> {
        match command {
            Command::LoadModel { .. } => ids(self.pair_on_its_way().into_iter()),
            Command::OpenBenchmark {
                data: BenchmarkData::File { source: DataSource::Picked { .. }, .. },
                ..
            } => match &self.benchmark.stage {
                Stage::Opening { asked, .. } => asked.file().into_iter().map(|file| file.id).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The files that may be needed again; all others can be let go.
    pub fn held_files(&self) -> Vec<FileId> {
        let mut held = ids(self.pair_on_its_way().into_iter().chain([&self.pair]));
        held.extend(self.benchmark.files().map(|file| file.id));
        held
    }

    fn pair_on_its_way(&self) -> Option<&Pair> {
        match &self.model {
            ModelState::Loading(loading) => match &loading.purpose {
                Purpose::Open(pair) => Some(pair),
                Purpose::Move => None,
            },
            _ => None,
        }
    }
}

fn ids<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Vec<FileId> {
    pairs
        .flat_map(|pair| match pair {
            Pair::Files(files) => files.as_slice(),
            Pair::Bundled | Pair::Stored(_) => &[],
        })
        .map(|file| file.id)
        .collect()
}
