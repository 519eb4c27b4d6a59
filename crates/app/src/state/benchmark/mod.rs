//! The benchmark: questions that the worker made ready, a run over them, and how its results are looked at.
//!
//! The page drives the run. The worker is asked one question at a time, and the next one when the answer is there, so that
//! pausing is not asking.

pub mod acts;
mod events;
mod export;
mod list;
mod opened;
mod pace;
#[cfg(test)]
mod tests;
mod words;

pub use export::Export;
pub use list::{Column, Direction, Filter, Order, answer_text, listed, truth_text};
pub use opened::{OpenedImage, OpenedQuestion};
pub use pace::Pace;

pub(super) use events::{
    answered, failed, model_gone, model_loading, model_moved, model_moving, model_ready, opened,
    question_asked, shown, worker_died,
};

use bench::{Answered, DataSet, Grouping, Question, Row, Run};
use protocol::{BenchmarkSettings, Failure, JobId};

/// The whole Benchmark view.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// How far it is.
    pub stage: Stage,
    /// The latest run, under way or over; its answers are in the order of the questions' numbers.
    pub run: Option<Run>,
    /// Counts the runs that were begun.
    pub run_number: u32,
    /// The run's counts.
    pub row: Row,
    /// What its answers take.
    pub pace: Pace,
    /// Whether the next run hides the images.
    pub blank_images: bool,
    /// Which of the three tables is shown.
    pub grouping: Grouping,
    /// Whether the published cells also show the value that was printed.
    pub as_printed: bool,
    /// How the list of questions is sorted.
    pub order: Order,
    /// Which questions are listed.
    pub filter: Filter,
    /// The question that is looked at.
    pub opened: Option<OpenedQuestion>,
    /// The set that the worker holds ready.
    data: Option<(DataSet, Vec<Question>)>,
    /// How the run's questions are answered, from its first to its last.
    settings: Option<BenchmarkSettings>,
    /// The question that the worker has.
    in_flight: Option<JobId>,
}

impl Default for Benchmark {
    fn default() -> Self {
        Self {
            stage: Stage::Idle(None),
            run: None,
            run_number: 0,
            row: Row::default(),
            pace: Pace::default(),
            blank_images: false,
            grouping: Grouping::ClinicalTask,
            as_printed: false,
            order: Order::default(),
            filter: Filter::default(),
            opened: None,
            data: None,
            settings: None,
            in_flight: None,
        }
    }
}

/// How far a benchmark is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// No questions are ready; why, if they were wanted.
    Idle(Option<Failure>),
    /// The worker makes the questions ready.
    Opening {
        /// The job.
        job: JobId,
        /// When the run that follows began; `None` if it was called off.
        date: Option<String>,
    },
    /// The questions are ready, and no run was begun.
    Ready,
    /// Question after question is answered.
    Running,
    /// The next question is not asked until a person resumes.
    Paused(Pause),
    /// The run ended before its last question.
    Stopped(Stop),
    /// Every question was asked.
    Finished,
}

/// Why a run rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// A person paused it.
    Wanted,
    /// A person asked a question of their own, which goes first.
    Question,
    /// Another model is being opened.
    ModelLoading,
    /// The model is moved to another machine.
    ModelMoving,
    /// The question could not be put.
    Failed(Failure),
}

/// Why a run ended before its last question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A person stopped it.
    Wanted,
    /// Its model made room for another.
    OtherModel,
    /// Its model was moved to another machine.
    OtherMachine,
    /// Its model is gone, with the worker or without.
    NoModel,
}

impl Stage {
    /// The value of `data-run`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Idle(_) => "none",
            Self::Opening { .. } => "opening",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Paused(_) => "paused",
            Self::Stopped(_) => "stopped",
            Self::Finished => "finished",
        }
    }

    /// Whether a run is neither over nor yet to begin.
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Running | Self::Paused(_))
    }

    /// Whether Start has a meaning.
    pub const fn can_start(&self) -> bool {
        !self.is_under_way() && !matches!(self, Self::Opening { .. })
    }
}

impl Benchmark {
    /// Whether the worker has this question.
    pub(super) fn is_in_flight(&self, job: JobId) -> bool {
        self.in_flight == Some(job)
    }

    /// The answers so far.
    pub fn answers(&self) -> &[Answered] {
        self.run.as_ref().map_or(&[], |run| &run.answers)
    }

    /// The answer to the question of this number.
    pub fn answer(&self, number: u32) -> Option<&Answered> {
        self.answers().get(number as usize)
    }

    /// Questions asked, and questions in all: of the run, or of the set that waits for one.
    pub fn progress(&self) -> Option<(u32, u32)> {
        match (&self.run, &self.data) {
            (Some(run), _) => Some((run.n_asked(), run.n_total)),
            (None, Some((_, questions))) => Some((0, u32::try_from(questions.len()).unwrap_or(u32::MAX))),
            (None, None) => None,
        }
    }

    /// Groups of the table's rows: the benchmark's own, then others that the run has.
    pub fn groups(&self) -> Vec<String> {
        let standard = self.grouping.groups();
        let others = self.row.groups(self.grouping).map(|(group, _)| group);
        let others = others.filter(|group| !standard.contains(group));
        standard.iter().copied().chain(others).map(String::from).collect()
    }
}
