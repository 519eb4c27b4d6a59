//! What the page knows. Plain data: a person's acts ([`acts`]) and the worker's events ([`apply()`]) change it, the
//! components show it.

pub mod acts;
mod apply;
mod availability;
pub mod backend;
pub mod benchmark;
mod conversation;
mod files;
mod model;
pub mod models;
mod picture;
pub mod profile;
mod readings;
mod rebuilding;
#[cfg(test)]
mod rebuilding_tests;
mod settings;
#[cfg(test)]
mod tests;
mod view;
mod vision;

pub use apply::apply;
pub use availability::NotNow;
pub use backend::Backends;
pub use conversation::{Turn, TurnImage, TurnState};
pub use files::{ChosenFile, FileId};
pub use model::{Loading, ModelState, Pair, Purpose};
pub use picture::{Picture, Shown};
pub use profile::Profiling;
pub use protocol::Failure;
pub use readings::{Reading, Readings};
pub use rebuilding::Rebuilding;
pub use settings::{Field, PageSettings};
pub use view::View;
pub use vision::{Vision, VisionStage};

use benchmark::Benchmark;
use models::Models;
use protocol::{ImageId, JobId, Stage};

/// The whole page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What is on view.
    pub view: View,
    /// The inference worker itself.
    pub worker: WorkerState,
    /// The model in it.
    pub model: ModelState,
    /// Its vision tower, which comes after it.
    pub vision: Vision,
    /// Models that can be fetched, are being fetched, or lie in the store.
    pub models: Models,
    /// Where the model's files are: of the one that answers, or did when the worker ended.
    pub pair: Pair,
    /// The address that the page's own files lie at, with its last slash.
    pub base: String,
    /// Where it runs.
    pub backend: Backends,
    /// What happens after a graphics device was lost.
    pub rebuilding: Option<Rebuilding>,
    /// The developer panel.
    pub profiling: Profiling,
    /// The image that the next question is about.
    pub picture: Picture,
    /// Questions and answers, oldest first.
    pub turns: Vec<Turn>,
    /// Times and counts of the latest answer.
    pub readings: Readings,
    /// Questions of a benchmark, and the run over them.
    pub benchmark: Benchmark,
    /// What a person set.
    pub settings: PageSettings,
    /// A failure to be shown until it is closed.
    pub message: Option<Failure>,
    /// The image that the model's conversation already holds, so that a follow-up need not bring it again.
    context_image: Option<ImageId>,
    /// The turns so far are no longer in the model's conversation, or should not be.
    context_over: bool,
    last_job: u32,
    last_image: u32,
    last_turn: u32,
}

/// Whether the worker runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WorkerState {
    /// Its code is being fetched and compiled.
    #[default]
    Starting,
    /// It takes commands.
    Running,
    /// It ended by itself; nothing can be asked until a person restarts it.
    Died,
}

/// What the page is busy with, as its root element says in `data-job`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing.
    Idle,
    /// An image is being decoded.
    Opening,
    /// A question is being answered.
    Answering(Stage),
}

impl Phase {
    /// The value of `data-job`.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Idle => "idle",
            Phase::Opening => "opening",
            Phase::Answering(Stage::ImageEncoding) => "encoding",
            Phase::Answering(Stage::Prefill) => "prefill",
            Phase::Answering(Stage::Decoding) => "decoding",
            Phase::Answering(Stage::Reloading) => "reloading",
            Phase::Answering(Stage::VisionLoading) => "vision",
        }
    }
}

impl State {
    /// What the page is busy with.
    pub fn phase(&self) -> Phase {
        match (self.turns.last().map(|turn| &turn.state), &self.picture) {
            (Some(TurnState::Running { stage, .. }), _) => Phase::Answering(*stage),
            (_, Picture::Opening { .. }) => Phase::Opening,
            _ => Phase::Idle,
        }
    }

    /// A question is with the worker, or waits to be sent there.
    pub fn is_busy(&self) -> bool {
        self.turns.last().is_some_and(|turn| !turn.is_over())
    }

    fn next_job(&mut self) -> JobId {
        self.last_job += 1;
        JobId(self.last_job)
    }

    fn next_image(&mut self) -> ImageId {
        self.last_image += 1;
        ImageId(self.last_image)
    }
}
