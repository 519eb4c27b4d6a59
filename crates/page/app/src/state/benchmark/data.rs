//! Which questions are asked: the set that a person chose, and the one that the worker holds ready.

use bench::{DataSet, Extent, Problem, Question, Selection};
use protocol::{BenchmarkData, Command, DataSource, Failure, JobId};

use super::{Benchmark, Stage, Then};
use crate::format;
use crate::state::{ChosenFile, Effect, State, WorkerState};

/// A set of questions that can be made ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The phantoms that the page brings with it.
    Sample,
    /// Further phantoms.
    HeldOut {
        /// Questions of each clinical task.
        per_task: u32,
    },
    /// Of a file that a person chose.
    File {
        /// Which; two may have the same name.
        file: ChosenFile,
        /// Which of its questions.
        selection: Selection,
    },
    /// Of a file on the page's own host.
    Address {
        /// Where.
        url: String,
        /// Which of its questions.
        selection: Selection,
    },
}

impl Wanted {
    /// As the worker is asked for it.
    fn data(&self) -> BenchmarkData {
        match self {
            Self::Sample => BenchmarkData::Sample,
            Self::HeldOut { per_task } => BenchmarkData::HeldOut { per_task: *per_task },
            Self::File { file, selection } => BenchmarkData::File {
                source: DataSource::Picked { name: file.name.clone() },
                selection: *selection,
            },
            Self::Address { url, selection } => {
                BenchmarkData::File { source: DataSource::Own { url: url.clone() }, selection: *selection }
            }
        }
    }

    /// Which questions of a file; phantoms are all asked.
    pub(super) const fn selection(&self) -> Option<Selection> {
        match self {
            Self::File { selection, .. } | Self::Address { selection, .. } => Some(*selection),
            Self::Sample | Self::HeldOut { .. } => None,
        }
    }

    /// Whether it is in a file rather than made by the page.
    pub(super) const fn is_file(&self) -> bool {
        self.selection().is_some()
    }

    /// The file that a person chose.
    pub(super) const fn file(&self) -> Option<&ChosenFile> {
        match self {
            Self::File { file, .. } => Some(file),
            _ => None,
        }
    }
}

/// A set that the worker holds ready.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::state) struct Set {
    /// What was asked for.
    pub asked: Wanted,
    /// What that is.
    pub data_set: DataSet,
    /// In the order of asking.
    pub questions: Vec<Question>,
    /// Names the questions in their order.
    pub fingerprint: String,
}

impl Set {
    pub(super) fn n_questions(&self) -> u32 {
        u32::try_from(self.questions.len()).unwrap_or(u32::MAX)
    }
}

/// Where questions come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataKind {
    /// The phantoms that the page brings with it.
    #[default]
    Sample,
    /// A file on disk.
    File,
    /// An address of the page's own host.
    Address,
}

impl DataKind {
    /// In the order of the list.
    pub const ALL: [Self; 3] = [Self::Sample, Self::File, Self::Address];

    /// For `data-data` and the list's values.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::File => "file",
            Self::Address => "address",
        }
    }

    /// Its label.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sample => "Bundled sample",
            Self::File => "File on this disk",
            Self::Address => "Address",
        }
    }
}

/// How many questions "the first of the order" are until a person says otherwise.
const N_FIRST: u32 = 200;

/// What a person chose, and what the worker said of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataChoice {
    /// Where from.
    pub kind: DataKind,
    /// Which questions of a file.
    pub selection: Selection,
    /// The file that was picked latest.
    pub file: Option<ChosenFile>,
    /// The address that was given latest.
    pub address: Option<String>,
    /// Why it could not be opened.
    pub failure: Option<Failure>,
    /// Rows of the set that is open with which something is wrong, the first of them.
    pub problems: Vec<Problem>,
    /// How many there are in all.
    pub n_problems: u32,
    /// Counts the sets that were opened.
    pub revision: u32,
    /// Bytes that were read of a file, its length, and the rows found.
    indexing: Option<(u64, u64, u32)>,
}

impl DataChoice {
    /// What the worker is asked for; none until a file or an address is named.
    fn wanted(&self) -> Option<Wanted> {
        let selection = self.selection;
        Some(match self.kind {
            DataKind::Sample => Wanted::Sample,
            DataKind::File => Wanted::File { file: self.file.clone()?, selection },
            DataKind::Address => Wanted::Address { url: self.address.clone()?, selection },
        })
    }

    /// The value of the list of extents.
    pub const fn extent_name(&self) -> &'static str {
        match self.selection.extent {
            Extent::OnePerCell => "cells",
            Extent::First(_) => "first",
            Extent::All => "all",
        }
    }
}

/// The values of the list of extents, with their labels.
pub const EXTENTS: [(&str, &str); 3] =
    [("cells", "One per label cell"), ("first", "The first of the order"), ("all", "All")];

/// The extent of a name in the list.
pub fn extent_of(name: &str) -> Extent {
    match name {
        "first" => Extent::First(N_FIRST),
        "all" => Extent::All,
        _ => Extent::OnePerCell,
    }
}

/// Chooses where questions come from. What was named there before is opened again.
pub(super) fn choose_kind(state: &mut State, kind: DataKind) {
    choose(state, |choice| choice.kind = kind);
}

/// Chooses which questions of a file are asked.
pub(super) fn choose_selection(state: &mut State, selection: Selection) {
    choose(state, |choice| choice.selection = selection);
}

/// Opens a file that was picked, also one of the same name as the one before.
pub(super) fn choose_file(state: &mut State, file: ChosenFile) {
    choose(state, |choice| (choice.kind, choice.file) = (DataKind::File, Some(file)));
}

/// Opens an address of the page's own host.
pub(super) fn choose_address(state: &mut State, url: String) {
    choose(state, |choice| (choice.kind, choice.address) = (DataKind::Address, Some(url)));
}

/// The sample is opened when it is needed, a file at once: what is wrong with it is to be seen before a run.
fn choose(state: &mut State, change: impl FnOnce(&mut DataChoice)) {
    let benchmark = &mut state.benchmark;
    if !benchmark.stage.can_start() {
        return;
    }
    change(&mut benchmark.choice);
    benchmark.choice.failure = None;
    // Without a worker it is opened by the run that starts with the next one.
    if let Some(wanted) = benchmark.choice.wanted()
        && wanted.is_file()
        && state.worker != WorkerState::Died
    {
        open(state, wanted, Then::Nothing);
    }
}

/// Makes a set's questions ready.
pub(super) fn open(state: &mut State, asked: Wanted, then: Then) {
    let job = state.next_job();
    let benchmark = &mut state.benchmark;
    (benchmark.choice.failure, benchmark.choice.indexing) = (None, None);
    let command = Command::OpenBenchmark { job, data: asked.data() };
    let files = asked.file().map(|file| file.id).into_iter().collect();
    let before = Box::new(std::mem::replace(&mut benchmark.stage, Stage::Ready));
    benchmark.stage = Stage::Opening { job, asked, then, before };
    state.effects.push(Effect::ToWorker(command, files));
}

/// How far a file is read.
pub(in crate::state) fn indexing(state: &mut State, job: JobId, done: u64, total: u64, n_rows: u32) {
    if matches!(state.benchmark.stage, Stage::Opening { job: its, .. } if its == job) {
        state.benchmark.choice.indexing = Some((done, total, n_rows));
    }
}

/// What is wrong with the rows of a set that is being opened.
pub(in crate::state) fn note_problems(state: &mut State, job: JobId, problems: Vec<Problem>, n: u32) {
    if matches!(state.benchmark.stage, Stage::Opening { job: its, .. } if its == job) {
        let choice = &mut state.benchmark.choice;
        (choice.problems, choice.n_problems) = (problems, n);
        choice.revision += 1;
    }
}

impl Benchmark {
    /// What a run that starts now asks for.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        self.choice.wanted()
    }

    /// The open set, where it is the one that was chosen.
    fn chosen_set(&self) -> Option<&Set> {
        self.data.as_ref().filter(|set| self.wanted().as_ref() == Some(&set.asked))
    }

    /// A set could not be opened: the choice goes back to the one that is open, which the worker still holds, so that Start has
    /// a meaning. Without one of the same kind nothing is chosen.
    pub(super) fn choose_open_set(&mut self, refused: &Wanted) {
        let choice = &mut self.choice;
        match (refused, self.data.as_ref().map(|set| &set.asked)) {
            (Wanted::File { .. }, Some(Wanted::File { file, selection })) => {
                (choice.file, choice.selection) = (Some(file.clone()), *selection);
            }
            (Wanted::Address { .. }, Some(Wanted::Address { url, selection })) => {
                (choice.address, choice.selection) = (Some(url.clone()), *selection);
            }
            (Wanted::File { .. }, _) => choice.file = None,
            (Wanted::Address { .. }, _) => choice.address = None,
            (Wanted::Sample | Wanted::HeldOut { .. }, _) => {}
        }
    }

    /// The files that may be opened again.
    pub(in crate::state) fn files(&self) -> impl Iterator<Item = &ChosenFile> {
        let asked = match &self.stage {
            Stage::Opening { asked, .. } => Some(asked),
            _ => None,
        };
        let sets = asked.into_iter().chain(self.data.as_ref().map(|set| &set.asked));
        self.choice.file.iter().chain(sets.filter_map(Wanted::file))
    }

    /// How many questions of the chosen set are ready.
    pub fn n_ready(&self) -> Option<u32> {
        self.chosen_set().map(Set::n_questions)
    }

    /// Whether a run can start on the set that was chosen.
    pub fn has_choice(&self) -> bool {
        self.wanted().is_some()
    }

    /// Bytes of the file that were read so far, and its length; none where nothing is read.
    pub const fn bytes_read(&self) -> Option<(u64, u64)> {
        match (&self.stage, self.choice.indexing) {
            (Stage::Opening { .. }, Some((done, total, _))) => Some((done, total)),
            _ => None,
        }
    }

    /// The line below the choice of a set.
    pub fn data_status(&self) -> String {
        let choice = &self.choice;
        if let Some(failure) = &choice.failure {
            return format!("{} {}", failure.message, failure.remedy);
        }
        if let Stage::Opening { asked, .. } = &self.stage
            && asked.is_file()
        {
            return match choice.indexing {
                Some((done, total, n_rows)) => {
                    format!("Reading the file: {}, {n_rows} rows.", format::bytes_of(done, total))
                }
                None => "Opening the file.".into(),
            };
        }
        let Some(Set { data_set: DataSet::File { n_questions, .. }, questions, .. }) = self.chosen_set()
        else {
            return String::new();
        };
        let which = match choice.selection.extent {
            Extent::OnePerCell => "one per label cell",
            Extent::First(_) => "the first of the shuffled order",
            Extent::All => "all, shuffled",
        };
        let mut status = format!("{n_questions} questions in the file, {} asked ({which})", questions.len());
        if choice.n_problems > 0 {
            let are = if choice.n_problems == 1 { "row has a problem" } else { "rows have a problem" };
            status.push_str(&format!("; {} {are}", choice.n_problems));
        }
        status.push('.');
        if questions.iter().all(|question| question.answer.is_none()) {
            status.push_str(" This file keeps its answers back: the run predicts, nothing is scored.");
        }
        status
    }
}
