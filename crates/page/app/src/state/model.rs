use download::ModelKey;
use protocol::{Failure, JobId, ModelInfo, ModelPart};

use super::ChosenFile;
use crate::format;

/// Where a model's files are: enough to load it, now or again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Pair {
    /// They come with the page.
    #[default]
    Bundled,
    /// A person chose them.
    Files(Vec<ChosenFile>),
    /// They are in the store.
    Stored(ModelKey),
}

/// The model in the worker.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ModelState {
    /// None, and none is coming.
    #[default]
    Absent,
    /// One is coming.
    Loading(Loading),
    /// Questions can be asked.
    Ready(ModelInfo),
    /// None: the latest one could not be loaded.
    Failed(Failure),
}

impl Pair {
    /// The files that a person chose.
    pub fn files(&self) -> &[ChosenFile] {
        match self {
            Self::Files(files) => files,
            Self::Bundled | Self::Stored(_) => &[],
        }
    }
}

/// A model on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    /// Its job.
    pub job: JobId,
    /// As the page names it before its file has.
    pub title: String,
    /// Why it is loaded.
    pub purpose: Purpose,
    /// The model that stays if this one is refused before any of its weights were read.
    pub previous: Option<ModelInfo>,
    text: Part,
    vision: Part,
    began_secs: Option<f64>,
}

/// Why a model is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A person opened this one, or the page did.
    Open(Pair),
    /// The model at hand moves to another machine.
    Move,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Part {
    done: u64,
    total: u64,
}

impl Loading {
    /// A model that was asked for; nothing came yet.
    pub fn new(job: JobId, title: String, purpose: Purpose, previous: Option<ModelInfo>) -> Self {
        Self {
            job,
            title,
            purpose,
            previous,
            text: Part::default(),
            vision: Part::default(),
            began_secs: None,
        }
    }

    /// The model at hand, on its way to another machine.
    pub fn moving(job: JobId, model: ModelInfo) -> Self {
        Self::new(job, model.name.clone(), Purpose::Move, Some(model))
    }

    /// Another job brings the same model, from its first byte.
    pub(super) fn begin_again(&mut self, job: JobId) {
        *self = Self::new(job, std::mem::take(&mut self.title), self.purpose.clone(), None);
    }

    /// Notes that bytes of a part are in place. `now_secs` is any steady clock.
    pub fn note(&mut self, part: ModelPart, done: u64, total: u64, now_secs: f64) {
        let slot = match part {
            ModelPart::Text => &mut self.text,
            ModelPart::Vision => &mut self.vision,
        };
        *slot = Part { done, total };
        self.previous = None;
        self.began_secs.get_or_insert(now_secs);
    }

    /// Bytes of the vision tower that are in place, and all of them.
    pub(super) fn vision_bytes(&self) -> (u64, u64) {
        (self.vision.done, self.vision.total)
    }

    /// Bytes of both parts that are in place.
    pub fn bytes_done(&self) -> u64 {
        self.text.done + self.vision.done
    }

    /// Bytes of both parts, as far as they are known.
    pub fn bytes_total(&self) -> u64 {
        self.text.total + self.vision.total
    }

    /// What is left at the rate so far; `None` before it can be told.
    pub fn remaining_secs(&self, now_secs: f64) -> Option<f64> {
        let elapsed = now_secs - self.began_secs?;
        let done = self.bytes_done() as f64;
        let left = self.bytes_total().saturating_sub(self.bytes_done()) as f64;
        (done > 0.0 && left > 0.0 && elapsed > 0.5).then(|| elapsed * left / done)
    }

    /// `3.1 of 7.0 MB, 4 s left`.
    pub fn text(&self, now_secs: f64) -> String {
        match (self.bytes_total(), self.remaining_secs(now_secs)) {
            (0, _) if self.purpose == Purpose::Move => "Moving".into(),
            (0, _) => "Opening".into(),
            (total, _) if self.bytes_done() >= total => "Preparing".into(),
            (total, None) => format::bytes_of(self.bytes_done(), total),
            (total, Some(secs)) => {
                format!("{}, {}", format::bytes_of(self.bytes_done(), total), format::remaining(secs))
            }
        }
    }
}

impl ModelState {
    /// The value of `data-model`.
    pub fn name(&self) -> &'static str {
        match self {
            ModelState::Absent => "none",
            ModelState::Loading(_) => "loading",
            ModelState::Ready(_) => "ready",
            ModelState::Failed(_) => "failed",
        }
    }

    /// The job that brings one.
    pub(super) fn job(&self) -> Option<JobId> {
        match self {
            ModelState::Loading(loading) => Some(loading.job),
            _ => None,
        }
    }

    /// The model that answers, if one is in place.
    pub fn info(&self) -> Option<&ModelInfo> {
        match self {
            ModelState::Ready(info) => Some(info),
            _ => None,
        }
    }
}
