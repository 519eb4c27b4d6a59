//! The benchmark: questions that the worker made ready, a run over them, and how its results are looked at.
//!
//! The page drives the run. The worker is asked one question at a time, and the next one when the answer is there, so that
//! pausing is not asking.

mod acts;
pub(super) mod analysis;
#[cfg(test)]
mod analysis_tests;
mod asking;
pub mod data;
#[cfg(test)]
mod data_tests;
mod events;
mod export;
mod heading;
mod keeping;
pub mod kept;
#[cfg(test)]
mod kept_tests;
mod list;
#[cfg(test)]
mod list_tests;
mod menu;
mod opened;
mod pace;
mod resume;
#[cfg(test)]
pub(super) mod tests;
mod words;

pub use acts::BenchmarkAct;
pub use analysis::Looks;
pub use data::{DataChoice, DataKind, Wanted};
pub use export::EXPORTS;
pub use kept::title;
pub use list::{Column, Direction, Filter, List, N_ROWS, Order, answer_text, preference_text, truth_text};
pub use menu::MenuOption;
pub use opened::{OpenedImage, OpenedQuestion};
pub use pace::Pace;

pub(super) use acts::act;
pub(super) use analysis::analyse_when_due;
pub(super) use data::Set;
pub(super) use events::{
    answered, failed, model_gone, model_loading, model_moved, model_moving, model_ready, opened,
    question_asked, shown, worker_died,
};
use export::export;
pub(super) use kept::list_runs;

use bench::{Answered, Grouping, Preset, Row, Rule, Run, RunSummary};
use protocol::{Failure, JobId};

/// The whole Benchmark view.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// How far it is.
    pub stage: Stage,
    /// The latest run, under way or over; its answers are in the order of the questions' numbers.
    pub run: Option<Run>,
    /// Its name among the runs that are kept.
    pub run_id: Option<String>,
    /// The runs that are kept, the latest first.
    pub kept: Vec<RunSummary>,
    /// Whether they go with the tab; not known before the first list of them.
    pub is_lost_with_tab: bool,
    /// Counts the runs that were begun.
    pub run_number: u32,
    /// The run's counts.
    pub row: Row,
    /// What its answers take.
    pub pace: Pace,
    /// Where the next run's questions come from.
    pub choice: DataChoice,
    /// The visual tokens of the next run; those of the page's settings without.
    pub preset: Option<Preset>,
    /// How answers are read: those on view, and those of the next run.
    pub rule: Rule,
    /// Whether the next run asks every rotation of the options.
    pub circular: bool,
    /// Whether the next run hides the images.
    pub blank_images: bool,
    /// Which of the three tables is shown.
    pub grouping: Grouping,
    /// Whether the published cells also show the value that was printed.
    pub as_printed: bool,
    /// The list of questions.
    pub list: List,
    /// What the worker made of the run.
    pub looks: Looks,
    /// The question that is looked at.
    pub opened: Option<OpenedQuestion>,
    /// The set that the worker holds ready.
    data: Option<Set>,
    /// The question that the worker has.
    in_flight: Option<JobId>,
    /// Answers that are on their way to the disk.
    keeping: Vec<JobId>,
    /// Why answers of the run are not kept any more.
    unkept: Option<Failure>,
    /// What the worker was last asked about the kept runs.
    shelf: Option<JobId>,
    /// Whether the kept runs are known, so that an unfinished one was offered.
    is_listed: bool,
    /// The file that the worker writes.
    writing: Option<JobId>,
}

impl Default for Benchmark {
    fn default() -> Self {
        Self {
            stage: Stage::Idle(None),
            run: None,
            run_id: None,
            kept: Vec::new(),
            is_lost_with_tab: false,
            run_number: 0,
            row: Row::default(),
            pace: Pace::default(),
            choice: DataChoice::default(),
            preset: None,
            rule: Rule::default(),
            circular: false,
            blank_images: false,
            grouping: Grouping::ClinicalTask,
            as_printed: false,
            list: List::default(),
            looks: Looks::default(),
            opened: None,
            data: None,
            in_flight: None,
            keeping: Vec::new(),
            unkept: None,
            shelf: None,
            is_listed: false,
            writing: None,
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
        /// What was asked for.
        asked: Wanted,
        /// What follows.
        then: Then,
        /// Where the run on view was before.
        before: Box<Stage>,
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

/// What follows when a set is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// A run begins.
    Begin {
        /// When it was started.
        date: String,
        /// Its name among those that are kept.
        id: String,
    },
    /// The run on view goes on.
    Resume,
    /// The image of its question of this number is shown.
    Show(u32),
    /// Nothing yet.
    Nothing,
    /// Nothing: a person called off what was to follow.
    CalledOff,
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
    /// It was left unfinished by another tab or worker, and can go on where everything is as it was.
    Kept,
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

    /// Whether a run of this tab is neither over nor yet to begin.
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Running | Self::Paused(_)) && !self.is_kept()
    }

    /// Whether a run that was left unfinished waits to be resumed.
    pub const fn is_kept(&self) -> bool {
        matches!(self, Self::Paused(Pause::Kept))
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
            (None, Some(set)) => Some((0, set.n_questions())),
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
