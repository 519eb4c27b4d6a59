use protocol::{Event, Failure, JobId, ModelInfo, Stage, Turns};

use super::{
    Loading, ModelState, Pair, Picture, Purpose, State, Turn, TurnState, WorkerState, backend, benchmark,
    models, rebuilding, vision,
};
use crate::catalogue::BUNDLED;

/// Takes one event of the worker. Events of jobs that the page no longer waits for change nothing. `now_secs` is any steady clock;
/// only differences count.
pub(super) fn apply(state: &mut State, event: Event, now_secs: f64) {
    rebuilding::note(state, &event);
    match event {
        Event::Started => {
            state.worker = WorkerState::Running;
            state.send_waiting();
        }
        Event::BackendChosen { job, chosen, candidates, model } => {
            backend::chosen(state, job, chosen, candidates, model)
        }
        Event::Loading { job, part, bytes_done, bytes_total } => {
            let is_choice = state.backend.is_at(job);
            if is_choice && matches!(state.model, ModelState::Failed(_)) {
                // One that was lost on its way to the machine before.
                state.model = ModelState::Loading(Loading::new(job, "Model".into(), Purpose::Move, None));
            }
            match &mut state.model {
                ModelState::Loading(loading) if loading.job == job => {
                    loading.note(part, bytes_done, bytes_total, now_secs);
                }
                // The model that would stay is on its way to another machine.
                ModelState::Loading(loading) if is_choice => loading.previous = None,
                ModelState::Ready(_) => state.vision.note(job, part, bytes_done, bytes_total),
                _ => {}
            }
        }
        Event::ModelReady { job, model } => model_ready(state, job, model),
        Event::VisionReady { job, model } => vision::ready(state, job, model),
        Event::VisionFailed { job, culprit, failure } => vision::failed(state, job, culprit, failure),
        Event::ImageReady { job, image } => state.image_ready(job, image),
        Event::Progress { job, stage, done, total, elapsed_secs } => {
            if stage == Stage::VisionLoading {
                state.vision.note_mib(done, total);
            }
            if let Some(turn) = running(state, job) {
                set_stage(turn, stage);
                state.readings.note(stage, done, total, elapsed_secs);
            }
        }
        Event::Answer { job, text } => {
            if let Some(turn) = running(state, job) {
                set_stage(turn, Stage::Decoding);
                turn.answer.push_str(&text);
            }
        }
        // The notice about it is `rebuilding`'s; the turn says so too.
        Event::Rebuilding { job, .. } => {
            if let Some(turn) = running(state, job) {
                set_stage(turn, Stage::Reloading);
                turn.is_rebuilt = true;
            }
        }
        Event::Profile { job, profile } => {
            if running(state, job).is_some() {
                state.profiling.latest = Some(profile);
            }
        }
        Event::Answered { job, end, timings } => {
            let Some(turn) = running(state, job) else { return };
            turn.state = TurnState::Ended { end, timings: Some(timings) };
            let image = turn.image.as_ref().map(|image| image.id);
            // A single question leaves nothing behind that a follow-up could build on.
            state.context_image = if turn.turns == Turns::FollowUp { image } else { None };
            state.readings.finish(&timings);
        }
        Event::BenchmarkOpened { job, data, questions, problems, n_problems, fingerprint } => {
            benchmark::data::note_problems(state, job, problems, n_problems);
            let set = |asked| benchmark::Set { asked, data_set: data, questions, fingerprint };
            benchmark::opened(state, job, set, now_secs)
        }
        Event::BenchmarkIndexing { job, bytes_done, bytes_total, n_rows } => {
            benchmark::data::indexing(state, job, bytes_done, bytes_total, n_rows);
        }
        Event::RunsListed { runs, on_disk, .. } => benchmark::kept::listed(state, runs, on_disk),
        Event::RunKept { job } => {
            benchmark::kept::kept(state, job);
        }
        Event::RunRead { job, id, answers } => {
            benchmark::kept::read(state, job, id, answers);
        }
        Event::BenchmarkAnswered { job, number, reply } => {
            benchmark::answered(state, job, number, reply, now_secs)
        }
        Event::RunWritten { job, name, media_type } => {
            benchmark::analysis::written(state, job, name, media_type);
        }
        Event::RunAnalysed { job, analysis } => {
            benchmark::analysis::analysed(state, job, analysis);
        }
        Event::BenchmarkImage { job, width_px, .. } => benchmark::shown(state, job, width_px),
        Event::Failed { job, failure } => {
            if !backend::failed(state, job, &failure) {
                fail(state, job, failure);
            }
        }
    }
}

fn running(state: &mut State, job: JobId) -> Option<&mut Turn> {
    state
        .turns
        .last_mut()
        .filter(|turn| matches!(turn.state, TurnState::Running { job: its, .. } if its == job))
}

fn model_ready(state: &mut State, job: JobId, model: ModelInfo) {
    let ModelState::Loading(loading) = &state.model else { return };
    let Purpose::Open(pair) = &loading.purpose else { return };
    if loading.job != job {
        return;
    }
    state.vision.follow(loading);
    state.settings.turns = if *pair == Pair::Bundled { BUNDLED.turns } else { Turns::FollowUp };
    state.pair = pair.clone();
    benchmark::model_ready(state, &model);
    state.model = ModelState::Ready(model);
    models::model_ready(state, job);
    // Another model has not seen the turns on the page.
    state.context_over = !state.turns.is_empty();
    state.context_image = None;
    state.backend.failure = None;
    backend::move_model(state);
    state.send_waiting();
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
                state.pair = Pair::Bundled;
                benchmark::model_gone(state);
            }
            let said = models::model_failed(state, job, &failure);
            state.call_back_waiting(&failure);
            state.message = Some(said.unwrap_or(failure));
            return;
        }
        _ => {}
    }
    if matches!(state.picture, Picture::Opening { job: its, .. } if its == job) {
        state.picture.fall_back();
        state.call_back_waiting(&failure);
        state.message = Some(failure);
    }
}

impl State {
    /// What a question waited for will not come.
    pub(super) fn call_back_waiting(&mut self, failure: &Failure) {
        if let Some(turn) = self.turns.last_mut()
            && turn.state == TurnState::Waiting
        {
            turn.state = TurnState::Failed(failure.clone());
        }
    }
}
