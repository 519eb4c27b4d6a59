use protocol::{Command, Event, Failure, JobId};

use super::{
    Effect, Loading, ModelState, Pair, Purpose, State, TurnState, Vision, WorkerState, apply, backend,
    benchmark, models, profile,
};

impl State {
    /// The page was opened: starts the worker, chooses its machine and loads the model that comes with the page.
    pub(super) fn open_page(&mut self, base: String, query: &str) {
        self.base = base;
        self.effects.push(Effect::StartWorker);
        let choice = backend::choice_of_query(query).unwrap_or_else(|unknown| {
            self.message = Some(backend::unknown_choice(&unknown));
            None
        });
        backend::choose(self, choice.unwrap_or_default());
        self.load_model(Pair::Bundled);
        benchmark::list_runs(self);
    }

    /// Starts a worker in place of one that ended, and gives it what that one had, except for the model.
    pub(super) fn revive(&mut self) {
        if self.worker != WorkerState::Died {
            return;
        }
        self.worker = WorkerState::Starting;
        self.message = None;
        self.effects.push(Effect::StartWorker);
        backend::choose(self, self.backend.choice);
        if self.profiling.is_on {
            profile::set_profiling(self, true);
        }
        benchmark::list_runs(self);
        self.reopen_image();
    }
}

/// The worker ended by itself. The conversation stays on the page; nothing that it was asked for is waited for any more.
pub(super) fn worker_died(state: &mut State, why: &str) {
    // Its end can be reported twice: as an error and as a promise that nobody kept.
    if state.worker == WorkerState::Died {
        return;
    }
    let failure = Failure {
        message: format!("The model has stopped working: {why}"),
        remedy: "Restart it; the conversation stays here. If it happens again, lower the detail or try a smaller model."
            .into(),
    };
    if let Some(turn) = state.turns.last_mut()
        && !turn.is_over()
    {
        turn.state = TurnState::Failed(Failure {
            message: "The model stopped working.".into(),
            remedy: "Restart it and ask again.".into(),
        });
    }
    state.picture.fall_back();
    benchmark::worker_died(state);
    backend::worker_died(state);
    state.rebuilding = None;
    state.vision = Vision::default();
    // What was asked for last comes back, even if it had not come yet.
    if let ModelState::Loading(Loading { purpose: Purpose::Open(pair), .. }) = &state.model {
        state.pair = pair.clone();
    }
    models::worker_died(state);
    state.worker = WorkerState::Died;
    state.model = ModelState::Failed(failure.clone());
    state.readings.break_off();
    state.message = Some(failure);
    state.context_over = true;
    state.context_image = None;
}

/// While the worker is down nothing goes to it: a job fails at once and says what to do, since nobody would ever end it.
pub(super) fn fail_undeliverable(state: &mut State) {
    if state.worker != WorkerState::Died {
        return;
    }
    let (to_worker, others) = std::mem::take(&mut state.effects)
        .into_iter()
        .partition(|effect| matches!(effect, Effect::ToWorker(..)));
    state.effects = others;
    let commands: Vec<Effect> = to_worker;
    for job in commands.iter().filter_map(job_of) {
        let failure = Failure {
            message: "The model has stopped working, and nothing can be opened without it.".into(),
            remedy: "Restart it, then try again.".into(),
        };
        let said = state.message.take();
        apply(state, Event::Failed { job, failure }, 0.0);
        // Why the worker ended says more, as long as it is on view.
        state.message = said.or(state.message.take());
    }
    // What follows from a failure cannot go either, and has no job: a job needs a worker.
    state.effects.retain(|effect| !matches!(effect, Effect::ToWorker(..)));
}

/// The job that a command begins.
fn job_of(effect: &Effect) -> Option<JobId> {
    let Effect::ToWorker(command, _) = effect else { return None };
    match command {
        Command::ChooseBackend { job, .. }
        | Command::LoadModel { job, .. }
        | Command::OpenImage { job, .. }
        | Command::Ask { job, .. }
        | Command::OpenBenchmark { job, .. }
        | Command::AnswerBenchmark { job, .. }
        | Command::ShowBenchmarkImage { job, .. }
        | Command::Runs { job, .. } => Some(*job),
        Command::CloseImage { .. }
        | Command::Stop { .. }
        | Command::NewConversation
        | Command::LoseDevice
        | Command::SetProfiling { .. } => None,
    }
}
