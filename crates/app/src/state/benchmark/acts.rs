//! What a person does with the benchmark.

use bench::{Conditions, DataSet, Question, Row, Rule, Run, VisualTokens};
use protocol::{BenchmarkData, BenchmarkImages, BenchmarkSettings, Command, Failure, JobId, ModelInfo};

use super::{OpenedImage, OpenedQuestion, Pace, Pause, Stage, Stop};
use crate::state::State;

/// What a run names as its software.
const SOFTWARE: &str = concat!("Qwen2-VL-Med ", env!("CARGO_PKG_VERSION"));

/// Begins a new run in place of the one before it; questions that are not ready are made so first. `date` goes into the
/// exports as it is. Nothing happens where [`State::has_model`] says no, or while a run is under way.
pub fn start(state: &mut State, date: &str, now_secs: f64) -> Vec<Command> {
    if state.has_model().is_err() || !state.benchmark.stage.can_start() {
        return Vec::new();
    }
    if state.benchmark.data.is_some() {
        return begin(state, date.to_owned(), now_secs);
    }
    let job = state.next_job();
    state.benchmark.stage = Stage::Opening { job, date: Some(date.to_owned()) };
    vec![Command::OpenBenchmark { job, data: BenchmarkData::Sample }]
}

/// Asks no further question. The one that the worker has is answered to its end and counts.
pub fn pause(state: &mut State) {
    match &mut state.benchmark.stage {
        Stage::Opening { date, .. } => *date = None,
        stage @ Stage::Running => *stage = Stage::Paused(Pause::Wanted),
        _ => {}
    }
}

/// Goes on with the next question.
pub fn resume(state: &mut State, now_secs: f64) -> Vec<Command> {
    if state.has_model().is_err() || !matches!(state.benchmark.stage, Stage::Paused(_)) {
        return Vec::new();
    }
    state.benchmark.stage = Stage::Running;
    state.benchmark.pace.begin(now_secs);
    if state.benchmark.in_flight.is_some() { Vec::new() } else { ask_next(state) }
}

/// Ends the run. The answers so far stand; the one that the worker is at does not count.
pub fn stop(state: &mut State) -> Option<Command> {
    match &mut state.benchmark.stage {
        Stage::Opening { date, .. } => {
            *date = None;
            None
        }
        stage if stage.is_under_way() => {
            *stage = Stage::Stopped(Stop::Wanted);
            call_back(state)
        }
        _ => None,
    }
}

/// Opens a question that was answered, and asks the worker for its image.
pub fn open_question(state: &mut State, number: u32) -> Option<Command> {
    state.benchmark.answer(number)?;
    if state.benchmark.data.is_none() {
        let failure = Failure {
            message: "The image is no longer at hand: the worker that held it has ended.".into(),
            remedy: "A new run makes it ready again.".into(),
        };
        state.benchmark.opened = Some(OpenedQuestion { number, image: OpenedImage::Failed(failure) });
        return None;
    }
    let job = state.next_job();
    state.benchmark.opened = Some(OpenedQuestion { number, image: OpenedImage::Coming(job) });
    Some(Command::ShowBenchmarkImage { job, number })
}

/// Closes the question that is looked at.
pub fn close_question(state: &mut State) {
    state.benchmark.opened = None;
}

pub(super) fn begin(state: &mut State, date: String, now_secs: f64) -> Vec<Command> {
    let (Some(model), Some((data, questions))) = (state.model.info(), &state.benchmark.data) else {
        return Vec::new();
    };
    let page_settings = state.settings.for_model(model);
    let images = if state.benchmark.blank_images { BenchmarkImages::Blank } else { BenchmarkImages::Shown };
    let settings = BenchmarkSettings {
        detail: page_settings.detail,
        max_answer_tokens: page_settings.max_answer_tokens,
        images,
    };
    let run = new_run(model, settings, data, questions, date);
    let benchmark = &mut state.benchmark;
    benchmark.run = Some(run);
    benchmark.run_number += 1;
    benchmark.row = Row::default();
    benchmark.opened = None;
    benchmark.settings = Some(settings);
    benchmark.pace = Pace::default();
    benchmark.pace.begin(now_secs);
    benchmark.stage = Stage::Running;
    ask_next(state)
}

fn new_run(
    model: &ModelInfo,
    settings: BenchmarkSettings,
    data: &DataSet,
    questions: &[Question],
    date: String,
) -> Run {
    let (min, max) = settings.detail.visual_tokens(model);
    let conditions = Conditions {
        model: model.name.clone(),
        quantisation: model.quantisation.clone(),
        backend: model.backend.clone(),
        visual_tokens: VisualTokens { min, max },
        rule: Rule::default(),
        max_answer_tokens: settings.max_answer_tokens,
        blank_images: settings.images == BenchmarkImages::Blank,
        data_set: data.clone(),
        software: SOFTWARE.into(),
        date,
    };
    Run { conditions, n_total: u32::try_from(questions.len()).unwrap_or(u32::MAX), answers: Vec::new() }
}

/// Asks the first question that has no answer yet; a run without one is finished.
pub(super) fn ask_next(state: &mut State) -> Vec<Command> {
    let (Some(run), Some(settings)) = (&state.benchmark.run, state.benchmark.settings) else {
        return Vec::new();
    };
    if run.is_complete() {
        state.benchmark.stage = Stage::Finished;
        state.benchmark.pace.rest();
        return Vec::new();
    }
    let number = run.n_asked();
    let job: JobId = state.next_job();
    state.benchmark.in_flight = Some(job);
    vec![Command::AnswerBenchmark { job, number, settings }]
}

/// Takes the question that the worker has back: whatever comes of it is no longer waited for.
pub(super) fn call_back(state: &mut State) -> Option<Command> {
    state.benchmark.pace.rest();
    state.benchmark.in_flight.take().map(|job| Command::Stop { job })
}
