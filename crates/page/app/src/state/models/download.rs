use download::{Keep, ModelKey, OrderId, StoredModel, Wanted, Wish, file_key, model_key};

use super::pace::Pace;
use crate::format;
use crate::state::Failure;

/// A model on its way into the store, or one that is read again there.
#[derive(Clone, Debug, PartialEq)]
pub struct Download {
    /// Names it for as long as the page lives.
    pub number: u32,
    /// Its name in the store.
    pub key: ModelKey,
    /// As people call it.
    pub title: String,
    /// What is done.
    pub kind: Kind,
    /// In the order of the wish.
    pub files: Vec<FileProgress>,
    /// How far it is.
    pub stage: Stage,
    /// What a person should know, each once.
    pub warnings: Vec<String>,
    /// It was found in the store, not begun here.
    pub(super) is_found: bool,
    /// The order that is at it.
    pub(super) order: OrderId,
    pub(super) wish: Wish,
    pub(super) stopping: Option<Keep>,
    pub(super) pace: Pace,
}

/// What is done with a model's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They are fetched.
    Fetch,
    /// They are read again, and what is damaged is fetched.
    Check,
}

/// How far a download is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// For the downloader, or for another tab.
    Waiting {
        /// Another tab is at the same file.
        other_tab: bool,
    },
    /// Bytes come.
    Fetching,
    /// Bytes of the store are read.
    Checking,
    /// It rests until a person goes on.
    Paused,
    /// It came to nothing; what arrived stays.
    Failed(Failure),
    /// It is over.
    Done {
        /// What came of it.
        result: String,
    },
}

/// One file of a download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileProgress {
    /// Its file name.
    pub name: String,
    /// Bytes that are in place, or were checked.
    pub n_done: u64,
    /// Of how many; `None` until the host has told.
    pub n_total: Option<u64>,
    /// Bytes that came over the network.
    pub n_received: u64,
}

impl Stage {
    /// The value of `data-state`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Fetching => "fetching",
            Self::Checking => "checking",
            Self::Paused => "paused",
            Self::Failed(_) => "failed",
            Self::Done { .. } => "done",
        }
    }

    /// The downloader has it.
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Waiting { .. } | Self::Fetching | Self::Checking)
    }
}

/// The name that a wish gets in the store.
pub fn key_of(wish: &Wish) -> ModelKey {
    let keys: Vec<String> = wish.files.iter().map(file_key).collect();
    model_key(&wish.title, &keys)
}

impl Download {
    pub(super) fn fetch(number: u32, order: OrderId, key: ModelKey, wish: Wish) -> Self {
        let file = |file: &Wanted| FileProgress {
            name: file.name.clone(),
            n_total: file.n_bytes,
            ..FileProgress::default()
        };
        Self {
            number,
            key,
            title: wish.title.clone(),
            kind: Kind::Fetch,
            files: wish.files.iter().map(file).collect(),
            stage: Stage::Waiting { other_tab: false },
            warnings: Vec::new(),
            is_found: false,
            order,
            wish,
            stopping: None,
            pace: Pace::default(),
        }
    }

    pub(super) fn check(number: u32, order: OrderId, model: &StoredModel) -> Self {
        let mut download = Self::fetch(number, order, model.key.clone(), wish_of(model));
        download.kind = Kind::Check;
        download
    }

    /// What an earlier visit left unfinished.
    pub(super) fn found(number: u32, model: &StoredModel) -> Self {
        let mut download = Self::fetch(number, OrderId(0), model.key.clone(), wish_of(model));
        (download.stage, download.is_found) = (Stage::Paused, true);
        download.note_store(model);
        download
    }

    /// Takes what the store has of it.
    pub(super) fn note_store(&mut self, model: &StoredModel) {
        for (file, stored) in self.files.iter_mut().zip(&model.files) {
            (file.n_done, file.n_total) = (stored.n_done, stored.n_total.or(file.n_total));
        }
    }

    pub(super) fn note(&mut self, file: u32, progress: FileProgress, now_secs: f64) {
        let Some(slot) = self.files.get_mut(file as usize) else { return };
        let name = std::mem::take(&mut slot.name);
        *slot = FileProgress { name, ..progress };
        self.stage = match self.kind {
            Kind::Fetch => Stage::Fetching,
            Kind::Check => Stage::Checking,
        };
        let n_bytes = match self.kind {
            Kind::Fetch => self.n_received(),
            Kind::Check => self.n_done(),
        };
        self.pace.note(n_bytes, now_secs);
    }

    /// Bytes of all files that are in place.
    pub fn n_done(&self) -> u64 {
        self.files.iter().map(|file| file.n_done).sum()
    }

    /// Bytes of all files; `None` until all are known.
    pub fn n_total(&self) -> Option<u64> {
        self.files.iter().map(|file| file.n_total).sum()
    }

    /// Bytes of all files that came over the network.
    pub fn n_received(&self) -> u64 {
        self.files.iter().map(|file| file.n_received).sum()
    }

    /// Done and total, where a bar can show them.
    pub fn fraction(&self) -> Option<(u64, u64)> {
        let total = self.n_total().filter(|total| *total > 0)?;
        Some((self.n_done().min(total), total))
    }

    /// `1.20 of 1.69 GB`.
    pub fn bytes_text(&self) -> String {
        bytes_text(self.n_done(), self.n_total())
    }

    /// `12.3 MB/s`.
    pub fn rate_text(&self) -> String {
        match self.rate() {
            Some(rate) => format!("{}/s", format::bytes(rate as u64)),
            None => String::new(),
        }
    }

    /// `4 min left`.
    pub fn eta_text(&self) -> String {
        let left = self.fraction().map(|(done, total)| total - done);
        match (self.rate(), left) {
            (Some(rate), Some(left)) if rate > 0.0 && left > 0 => format::remaining(left as f64 / rate),
            _ => String::new(),
        }
    }

    /// What it is at, in words.
    pub fn stage_text(&self) -> String {
        match (&self.stage, self.stopping) {
            (stage, Some(Keep::Arrived)) if stage.is_under_way() => "Pausing".into(),
            (stage, Some(Keep::Nothing)) if stage.is_under_way() => "Cancelling".into(),
            (Stage::Waiting { other_tab: true }, _) => {
                "Another tab is fetching the same file; it goes on when that is done".into()
            }
            (Stage::Waiting { .. }, _) => "Waiting".into(),
            (Stage::Fetching, _) => "Downloading".into(),
            (Stage::Checking, _) => "Checking".into(),
            (Stage::Paused, _) if self.is_found => "Not finished; it goes on where it was left".into(),
            (Stage::Paused, _) => "Paused".into(),
            (Stage::Failed(_), _) => "Failed".into(),
            (Stage::Done { result }, _) => result.clone(),
        }
    }

    fn rate(&self) -> Option<f64> {
        self.pace.bytes_per_sec().filter(|_| matches!(self.stage, Stage::Fetching | Stage::Checking))
    }
}

impl FileProgress {
    /// `0.98 of 1.69 GB`.
    pub fn bytes_text(&self) -> String {
        bytes_text(self.n_done, self.n_total)
    }
}

fn bytes_text(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format::bytes_of(done, total),
        None if done == 0 => String::new(),
        None => format::bytes(done),
    }
}

/// The wish that a model in the store came from.
pub(super) fn wish_of(model: &StoredModel) -> Wish {
    let files = model.files.iter().map(|file| Wanted {
        name: file.name.clone(),
        mirrors: file.mirrors.clone(),
        // With the hash the length is a promise; a length alone may be that of a file which the host has replaced since.
        n_bytes: file.n_total.filter(|_| file.sha256.is_some()),
        sha256: file.sha256.clone(),
    });
    Wish { title: model.title.clone(), entry: model.entry.clone(), files: files.collect() }
}
