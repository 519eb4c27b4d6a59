//! What a person does with the benchmark.

use bench::{Conditions, Preset, Rule, Run, RunModel, RunQuestions, RunSettings, VisualTokens};
use protocol::{BenchmarkImages, BenchmarkSettings, Command, Detail, Failure, JobId};

use super::data::open;
use super::resume::keep_whole;
pub use super::resume::resume;
use super::{OpenedImage, OpenedQuestion, Pause, Stage, Stop, Then};
use crate::state::State;

/// What a run names as its software.
const SOFTWARE: &str = concat!("Qwen2-VL-Med ", env!("CARGO_PKG_VERSION"));

/// Begins a new run in place of the one before it; questions that are not ready are made so first. `date`, an ISO 8601 moment,
/// goes into the exports as it is; with `salt`, a few letters and digits, it names the run among those that are kept. Nothing
/// happens where [`State::has_model`] says no, while a run is under way, or before a set was chosen.
pub fn start(state: &mut State, date: &str, salt: &str, now_secs: f64) -> Vec<Command> {
    if state.has_model().is_err() || !state.benchmark.stage.can_start() {
        return Vec::new();
    }
    let Some(wanted) = state.benchmark.wanted() else { return Vec::new() };
    // To the second.
    let moment = date.chars().take(19).map(|c| if c.is_ascii_digit() { c } else { '-' });
    let id = moment.chain(['-']).chain(salt.chars()).collect();
    let date = date.to_owned();
    if state.benchmark.data.as_ref().is_some_and(|set| set.asked == wanted) {
        begin(state, date, id, now_secs)
    } else {
        open(state, wanted, Then::Begin { date, id })
    }
}

/// Asks no further question. The one that the worker has is answered to its end and counts.
pub fn pause(state: &mut State) {
    match &mut state.benchmark.stage {
        Stage::Opening { then, .. } => *then = Then::CalledOff,
        stage @ Stage::Running => *stage = Stage::Paused(Pause::Wanted),
        _ => {}
    }
}

/// Ends the run, or the opening of a set. The answers so far stand; the one that the worker is at does not count.
pub fn stop(state: &mut State) -> Option<Command> {
    match &mut state.benchmark.stage {
        Stage::Opening { job, then, .. } => {
            *then = Then::CalledOff;
            Some(Command::Stop { job: *job })
        }
        stage if stage.is_under_way() => {
            *stage = Stage::Stopped(Stop::Wanted);
            call_back(state)
        }
        _ => None,
    }
}

/// Reads the answers on view, and those of runs to come, under another rule.
pub fn choose_rule(state: &mut State, rule: Rule) {
    let benchmark = &mut state.benchmark;
    benchmark.rule = rule;
    if let Some(run) = benchmark.run.take().map(|run| run.rescored(rule)) {
        benchmark.row = run.row();
        benchmark.run = Some(run);
        benchmark.run_number += 1;
        benchmark.note_progress();
    }
}

/// Opens a question that was answered, and asks the worker for its image; the set is made ready first where it is not.
pub fn open_question(state: &mut State, number: u32) -> Vec<Command> {
    if state.benchmark.answer(number).is_none() {
        return Vec::new();
    }
    let missing = state.benchmark.missing_set();
    let (image, commands) = match (&mut state.benchmark.stage, missing) {
        // What the worker is told now it does with the set that it is opening.
        (Stage::Opening { job, then: then @ (Then::Nothing | Then::Show(_)), .. }, _) => {
            *then = Then::Show(number);
            (OpenedImage::Coming(*job), Vec::new())
        }
        (Stage::Opening { .. }, _) => (OpenedImage::Failed(not_at_hand()), Vec::new()),
        (_, None) => {
            let job = state.next_job();
            (OpenedImage::Coming(job), vec![Command::ShowBenchmarkImage { job, number }])
        }
        (stage, Some(Some(data))) if stage.can_start() => {
            let commands = open(state, data, Then::Show(number));
            (OpenedImage::Coming(JobId(state.last_job)), commands)
        }
        _ => (OpenedImage::Failed(not_at_hand()), Vec::new()),
    };
    state.benchmark.opened = Some(OpenedQuestion { number, image });
    commands
}

pub(super) fn not_at_hand() -> Failure {
    Failure {
        message: "The image is not at hand: the run’s questions are not open.".into(),
        remedy: "Open the same data set again.".into(),
    }
}

/// Closes the question that is looked at.
pub fn close_question(state: &mut State) {
    state.benchmark.opened = None;
}

pub(super) fn begin(state: &mut State, date: String, id: String, now_secs: f64) -> Vec<Command> {
    let (Some(model), Some(set)) = (state.model.info(), &state.benchmark.data) else {
        return Vec::new();
    };
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
    let kept = keep_whole(state);
    kept.into_iter().chain(ask_next(state)).collect()
}

/// How a run's questions are answered, from its first to its last.
fn settings(conditions: &Conditions) -> BenchmarkSettings {
    let VisualTokens { min, max } = conditions.visual_tokens;
    BenchmarkSettings {
        detail: Detail::Tokens { min, max },
        max_answer_tokens: conditions.max_answer_tokens,
        images: if conditions.blank_images { BenchmarkImages::Blank } else { BenchmarkImages::Shown },
        circular: conditions.circular,
    }
}

/// Asks the first question that has no answer yet; a run without one is finished.
pub(super) fn ask_next(state: &mut State) -> Option<Command> {
    let run = state.benchmark.run.as_ref()?;
    if run.is_complete() {
        state.benchmark.stage = Stage::Finished;
        state.benchmark.pace.rest();
        return None;
    }
    let (number, settings) = (run.n_asked(), settings(&run.conditions));
    let job = state.next_job();
    state.benchmark.in_flight = Some(job);
    Some(Command::AnswerBenchmark { job, number, settings })
}

/// Takes the question that the worker has back: whatever comes of it is no longer waited for.
pub(super) fn call_back(state: &mut State) -> Option<Command> {
    state.benchmark.pace.rest();
    state.benchmark.in_flight.take().map(|job| Command::Stop { job })
}
