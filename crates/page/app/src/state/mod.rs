//! What the page knows. Plain data without a browser: [`update`] takes what happened and gives what is to be done, the components
//! show the rest.

mod apply;
mod availability;
pub mod backend;
pub mod benchmark;
mod conversation;
mod effect;
mod files;
mod images;
mod input;
mod loading;
mod model;
pub mod models;
mod picture;
pub mod profile;
mod readings;
mod rebuilding;
#[cfg(test)]
mod rebuilding_tests;
mod settings;
mod talk;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod view;
mod vision;
mod worker;

pub use availability::NotNow;
pub use backend::Backends;
pub use conversation::{Turn, TurnImage, TurnState};
pub use effect::{Canvas, Effect};
pub use files::{ChosenFile, FileId};
pub use input::{Input, update};
pub use loading::ModelAct;
pub use model::{Loading, ModelState, Pair, Purpose};
pub use picture::{ImageSource, Picture, Shown};
pub use profile::Profiling;
pub use protocol::Failure;
pub use readings::{Reading, Readings};
pub use rebuilding::Rebuilding;
pub use settings::{Field, PageSettings};
pub use talk::TalkAct;
pub use view::{View, Views};
pub use vision::{Vision, VisionStage};

use std::collections::BTreeMap;

use apply::apply;
use benchmark::Benchmark;
use loading::change_model;
use models::Models;
use protocol::{Command, ImageId, JobId, Stage};
use worker::{fail_undeliverable, worker_died};

/// The whole page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What is on view.
    pub view: Views,
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
    /// Why the latest number of a field was not taken.
    pub refused: BTreeMap<Field, String>,
    /// A failure to be shown until it is closed.
    pub message: Option<Failure>,
    /// The image that the model's conversation already holds, so that a follow-up need not bring it again.
    context_image: Option<ImageId>,
    /// The turns so far are no longer in the model's conversation, or should not be.
    context_over: bool,
    /// What follows from the input at hand; empty between two.
    effects: Vec<Effect>,
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

    /// The files that may be needed again; all others can be let go.
    pub fn held_files(&self) -> Vec<FileId> {
        let on_its_way = match &self.model {
            ModelState::Loading(loading) => match &loading.purpose {
                Purpose::Open(pair) => pair.files(),
                Purpose::Move => &[],
            },
            _ => &[],
        };
        let chosen = on_its_way.iter().chain(self.pair.files()).chain(self.benchmark.files());
        chosen.map(|file| file.id).chain(self.picture.files()).collect()
    }

    /// The controls are disabled while a question is answered; a drop or a paste is not. Says so, and what to do.
    fn refuses_while_busy(&mut self, then: &str) -> bool {
        let is_busy = self.is_busy();
        if is_busy {
            self.message = Some(Failure {
                message: "A question is being answered.".into(),
                remedy: format!("Wait for its end or press Stop, then {then}."),
            });
        }
        is_busy
    }

    fn tell(&mut self, command: Command) {
        self.effects.push(Effect::ToWorker(command, Vec::new()));
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
