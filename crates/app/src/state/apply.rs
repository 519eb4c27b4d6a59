use protocol::{Command, Event, Failure, ImageInfo, JobId, Stage, Turns};

use super::acts::send_waiting;
use super::{ModelState, Picture, Shown, State, Turn, TurnState, WorkerState, benchmark};

/// Takes one event of the worker and gives what the worker must be told in turn. Events of jobs that the page no
/// longer waits for change nothing. `now_secs` is any steady clock; only differences count.
pub fn apply(state: &mut State, event: Event, now_secs: f64) -> Vec<Command> {
    match event {
        Event::Started => {
            state.worker = WorkerState::Running;
            send_waiting(state)
        }
        Event::Loading { job, part, bytes_done, bytes_total } => {
            if let ModelState::Loading(loading) = &mut state.model
                && loading.job == job
            {
                loading.note(part, bytes_done, bytes_total, now_secs);
            }
            Vec::new()
        }
        Event::ModelReady { job, model } => {
            let (turns, is_bundled) = match &state.model {
                ModelState::Loading(loading) if loading.job == job => (loading.turns, loading.is_bundled),
                _ => return Vec::new(),
            };
            state.settings.turns = turns;
            state.is_bundled = is_bundled;
            benchmark::model_ready(state);
            state.model = ModelState::Ready(model);
            // Another model has not seen the turns on the page.
            state.context_over = !state.turns.is_empty();
            state.context_image = None;
            send_waiting(state)
        }
        Event::ImageReady { job, image } => image_ready(state, job, image),
        Event::Progress { job, stage, done, total, elapsed_secs } => {
            if let Some(turn) = running(state, job) {
                set_stage(turn, stage);
                state.readings.note(stage, done, total, elapsed_secs);
            }
            Vec::new()
        }
        Event::Answer { job, text } => {
            if let Some(turn) = running(state, job) {
                set_stage(turn, Stage::Decoding);
                turn.answer.push_str(&text);
            }
            Vec::new()
        }
        Event::Answered { job, end, timings } => {
            let Some(turn) = running(state, job) else { return Vec::new() };
            turn.state = TurnState::Ended { end, timings: Some(timings) };
            let image = turn.image.as_ref().map(|image| image.id);
            // A single question leaves nothing behind that a follow-up could build on.
            state.context_image = if turn.turns == Turns::FollowUp { image } else { None };
            state.readings.finish(&timings);
            Vec::new()
        }
        Event::BenchmarkOpened { job, data, questions } => {
            benchmark::opened(state, job, data, questions, now_secs)
        }
        Event::BenchmarkAnswered { job, number, reply } => {
            benchmark::answered(state, job, number, reply, now_secs)
        }
        Event::BenchmarkImage { job, .. } => {
            benchmark::shown(state, job);
            Vec::new()
        }
        Event::Failed { job, failure } => {
            fail(state, job, failure);
            Vec::new()
        }
    }
}

fn running(state: &mut State, job: JobId) -> Option<&mut Turn> {
    state
        .turns
        .last_mut()
        .filter(|turn| matches!(turn.state, TurnState::Running { job: its, .. } if its == job))
}

/// Puts the new image in place of the one before it, which the worker may forget. So may it an image that a person has
/// replaced meanwhile.
fn image_ready(state: &mut State, job: JobId, info: ImageInfo) -> Vec<Command> {
    let Picture::Opening { job: expected, name, previous, .. } = &mut state.picture else {
        return vec![Command::CloseImage { image: info.image }];
    };
    if *expected != job {
        return vec![Command::CloseImage { image: info.image }];
    }
    let (name, previous) = (std::mem::take(name), previous.take());
    state.picture = Picture::Ready(Shown { info, name });
    state.readings.n_visual_tokens = None;
    let mut commands: Vec<Command> =
        previous.into_iter().map(|shown| Command::CloseImage { image: shown.info.image }).collect();
    commands.extend(send_waiting(state));
    commands
}

fn set_stage(turn: &mut Turn, now: Stage) {
    if let TurnState::Running { stage, .. } = &mut turn.state {
        *stage = now;
    }
}

fn fail(state: &mut State, job: JobId, failure: Failure) {
    if let Some(turn) = running(state, job) {
        turn.state = TurnState::Failed(failure);
        state.readings.break_off();
        return;
    }
    if benchmark::failed(state, job, &failure) {
        return;
    }
    match &mut state.model {
        ModelState::Loading(loading) if loading.job == job => {
            state.model = match loading.previous.take() {
                Some(previous) => ModelState::Ready(previous),
                None => ModelState::Failed(failure.clone()),
            };
            if state.model.info().is_none() {
                benchmark::model_gone(state);
            }
            call_back_waiting(state, &failure);
            state.message = Some(failure);
            return;
        }
        _ => {}
    }
    if matches!(state.picture, Picture::Opening { job: its, .. } if its == job) {
        state.picture.fall_back();
        call_back_waiting(state, &failure);
        state.message = Some(failure);
    }
}

/// What a question waited for will not come.
fn call_back_waiting(state: &mut State, failure: &Failure) {
    if let Some(turn) = state.turns.last_mut()
        && turn.state == TurnState::Waiting
    {
        turn.state = TurnState::Failed(failure.clone());
    }
}
