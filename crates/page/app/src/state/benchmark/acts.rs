//! What a person does with the benchmark.

use bench::{
    Conditions, Grouping, Preset, Rule, Run, RunModel, RunQuestions, RunSettings, Selection, VisualTokens,
};
use protocol::{Command, Failure, JobId};

use super::asking::{ask_next, call_back};
use super::data::{choose_address, choose_file, choose_kind, choose_selection, open};
use super::keeping::keep_whole;
use super::resume::resume;
use super::{Column, DataKind, Filter, OpenedImage, OpenedQuestion, Pause, Stage, Stop, Then, export, kept};
use crate::state::{Canvas, ChosenFile, Effect, State};

/// What a person does with the benchmark.
#[derive(Clone, Debug, PartialEq)]
pub enum BenchmarkAct {
    /// Begins a new run in place of the one before it; questions that are not ready are made so first. Nothing happens without a
    /// model, while a run is under way, or before a set was chosen.
    Start {
        /// An ISO 8601 moment. It goes into the exports as it is; with the salt it names the run among those that are kept.
        date: String,
        /// A few letters and digits.
        salt: String,
        /// By any steady clock.
        now_secs: f64,
    },
    /// Asks no further question. The one that the worker has is answered to its end and counts.
    Pause,
    /// Goes on, by this time of any steady clock.
    Resume(f64),
    /// Ends the run, or the opening of a set. The answers so far stand; the one that the worker is at does not count.
    Stop,
    /// Chooses where questions come from. What was named there before is opened again.
    ChooseKind(DataKind),
    /// Chooses which questions of a file are asked.
    ChooseSelection(Selection),
    /// Opens a file, also one of the same name as the one before.
    ChooseFile(ChosenFile),
    /// Opens an address of the page's own host.
    ChooseAddress(String),
    /// Named an address that cannot be one.
    RefuseAddress(Failure),
    /// Chooses the visual tokens of the next run; none are those of the page's settings.
    ChoosePreset(Option<Preset>),
    /// Reads the answers on view, and those of runs to come, under another rule.
    ChooseRule(Rule),
    /// Chooses whether the next run asks every rotation of the options.
    SetCircular(bool),
    /// Chooses whether the next run hides the images.
    SetBlankImages(bool),
    /// Chooses which of the three tables is shown.
    GroupBy(Grouping),
    /// Chooses whether the published cells also show the value that was printed.
    ShowPrinted(bool),
    /// Presses a heading of the list.
    Sort(Column),
    /// Lists what this lets pass.
    Filter(Filter),
    /// Lists one group only; with an empty name all of them.
    ListGroup(String),
    /// Shows more rows of the list.
    ShowMore,
    /// Looks at the question of this number, which was answered.
    OpenQuestion(u32),
    /// Looks away.
    CloseQuestion,
    /// Compares the run on view with the one of this id; with an empty one with none.
    CompareWith(String),
    /// Has the run on view written down, as the button at this place of [`super::EXPORTS`] says.
    Export(usize),
    /// Shows a kept run.
    OpenRun(String),
    /// Names a kept run.
    NameRun {
        /// Which.
        id: String,
        /// Its new name; an empty one is none.
        name: String,
    },
    /// Forgets a kept run.
    DeleteRun(String),
}

/// Does it.
pub(in crate::state) fn act(state: &mut State, act: BenchmarkAct) {
    match act {
        BenchmarkAct::Start { date, salt, now_secs } => start(state, date, &salt, now_secs),
        BenchmarkAct::Pause => pause(state),
        BenchmarkAct::Resume(now_secs) => resume(state, now_secs),
        BenchmarkAct::Stop => stop(state),
        BenchmarkAct::ChooseKind(kind) => choose_kind(state, kind),
        BenchmarkAct::ChooseSelection(selection) => choose_selection(state, selection),
        BenchmarkAct::ChooseFile(file) => choose_file(state, file),
        BenchmarkAct::ChooseAddress(url) => choose_address(state, url),
        BenchmarkAct::RefuseAddress(failure) => state.benchmark.choice.failure = Some(failure),
        BenchmarkAct::ChoosePreset(preset) => state.benchmark.preset = preset,
        BenchmarkAct::ChooseRule(rule) => choose_rule(state, rule),
        BenchmarkAct::SetCircular(on) => state.benchmark.circular = on,
        BenchmarkAct::SetBlankImages(on) => state.benchmark.blank_images = on,
        BenchmarkAct::GroupBy(grouping) => state.benchmark.group_by(grouping),
        BenchmarkAct::ShowPrinted(on) => state.benchmark.as_printed = on,
        BenchmarkAct::Sort(column) => state.benchmark.list.sort(column),
        BenchmarkAct::Filter(filter) => state.benchmark.list.choose(filter),
        BenchmarkAct::ListGroup(group) => state.benchmark.list.choose_group(group),
        BenchmarkAct::ShowMore => state.benchmark.list.show_more(),
        BenchmarkAct::OpenQuestion(number) => open_question(state, number),
        BenchmarkAct::CloseQuestion => close_question(state),
        BenchmarkAct::CompareWith(id) => state.benchmark.looks.against = id,
        BenchmarkAct::Export(place) => export(state, place),
        BenchmarkAct::OpenRun(id) => kept::open(state, &id),
        BenchmarkAct::NameRun { id, name } => kept::rename(state, &id, &name),
        BenchmarkAct::DeleteRun(id) => kept::delete(state, &id),
    }
}

/// What a run names as its software.
const SOFTWARE: &str = concat!("Qwen2-VL-Med ", env!("CARGO_PKG_VERSION"));

fn start(state: &mut State, date: String, salt: &str, now_secs: f64) {
    if state.has_model().is_err() || !state.benchmark.stage.can_start() {
        return;
    }
    let Some(wanted) = state.benchmark.wanted() else { return };
    // To the second.
    let moment = date.chars().take(19).map(|c| if c.is_ascii_digit() { c } else { '-' });
    let id = moment.chain(['-']).chain(salt.chars()).collect();
    if state.benchmark.data.as_ref().is_some_and(|set| set.asked == wanted) {
        begin(state, date, id, now_secs)
    } else {
        open(state, wanted, Then::Begin { date, id })
    }
}

fn pause(state: &mut State) {
    match &mut state.benchmark.stage {
        Stage::Opening { then, .. } => *then = Then::CalledOff,
        stage @ Stage::Running => *stage = Stage::Paused(Pause::Wanted),
        _ => {}
    }
}

fn stop(state: &mut State) {
    match &mut state.benchmark.stage {
        Stage::Opening { job, then, .. } => {
            *then = Then::CalledOff;
            let job = *job;
            state.tell(Command::Stop { job });
        }
        stage if stage.is_under_way() => {
            *stage = Stage::Stopped(Stop::Wanted);
            call_back(state);
        }
        _ => {}
    }
}

fn choose_rule(state: &mut State, rule: Rule) {
    let benchmark = &mut state.benchmark;
    benchmark.rule = rule;
    if let Some(run) = benchmark.run.take().map(|run| run.rescored(rule)) {
        benchmark.row = run.row();
        benchmark.run = Some(run);
        benchmark.run_number += 1;
        benchmark.note_progress();
    }
}

/// Opens a question that was answered, and asks the worker for its image; if the set is not ready, that is made so first.
pub(super) fn open_question(state: &mut State, number: u32) {
    if state.benchmark.answer(number).is_none() {
        return;
    }
    state.effects.push(Effect::Clear(Canvas::Question));
    let missing = state.benchmark.missing_set();
    let image = match (&mut state.benchmark.stage, missing) {
        // What the worker is told now it does with the set that it is opening.
        (Stage::Opening { job, then: then @ (Then::Nothing | Then::Show(_)), .. }, _) => {
            *then = Then::Show(number);
            OpenedImage::Coming(*job)
        }
        (Stage::Opening { .. }, _) => OpenedImage::Failed(not_at_hand()),
        (_, None) => {
            let job = state.next_job();
            state.tell(Command::ShowBenchmarkImage { job, number });
            OpenedImage::Coming(job)
        }
        (stage, Some(Some(data))) if stage.can_start() => {
            open(state, data, Then::Show(number));
            OpenedImage::Coming(JobId(state.last_job))
        }
        _ => OpenedImage::Failed(not_at_hand()),
    };
    state.benchmark.opened = Some(OpenedQuestion { number, image });
}

pub(super) fn not_at_hand() -> Failure {
    Failure {
        message: "The image is not at hand: the run’s questions are not open.".into(),
        remedy: "Open the same data set again.".into(),
    }
}

fn close_question(state: &mut State) {
    state.benchmark.opened = None;
    state.effects.push(Effect::Clear(Canvas::Question));
}

pub(super) fn begin(state: &mut State, date: String, id: String, now_secs: f64) {
    let (Some(model), Some(set)) = (state.model.info(), &state.benchmark.data) else { return };
    let benchmark = &state.benchmark;
    let settings = state.settings.for_model(model);
    let (min, max) = settings.detail.visual_tokens(model);
    let model = RunModel {
        name: model.name.clone(),
        quantisation: model.quantisation.clone(),
        backend: model.backend.clone(),
    };
    let questions = RunQuestions {
        data_set: set.data_set.clone(),
        selection: set.asked.selection(),
        fingerprint: set.fingerprint.clone(),
        shard: None,
    };
    let settings = RunSettings {
        visual_tokens: benchmark.preset.map_or(VisualTokens { min, max }, Preset::visual_tokens),
        rule: benchmark.rule,
        max_answer_tokens: settings.max_answer_tokens,
        blank_images: benchmark.blank_images,
        circular: benchmark.circular,
    };
    let conditions = Conditions::new(model, questions, settings, SOFTWARE, date);
    let run = Run { conditions, n_total: set.n_questions(), answers: Vec::new() };
    let benchmark = &mut state.benchmark;
    benchmark.show(Some((id, run)));
    // A kept run that was asked for comes too late.
    benchmark.shelf = None;
    benchmark.pace.begin(now_secs);
    benchmark.stage = Stage::Running;
    keep_whole(state);
    ask_next(state);
}
