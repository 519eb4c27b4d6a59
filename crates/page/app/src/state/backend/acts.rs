use protocol::{BackendChoice, Command};

use crate::state::model::Loading;
use crate::state::{ModelState, State, WorkerState, benchmark};

/// Chooses where the model runs. A model that is loaded moves there. Nothing happens while a question is answered or
/// another choice is carried out. After a worker died, the next one gets the choice when it starts.
pub(in crate::state) fn choose(state: &mut State, choice: BackendChoice) {
    if !state.can_choose_backend() {
        return;
    }
    state.backend.choice = choice;
    // A failure that this choice answers is no longer on view.
    if state.message == state.backend.failure.take() {
        state.message = None;
    }
    if state.worker != WorkerState::Died {
        begin(state, choice);
    }
}

/// Sends the worker to a choice.
pub(super) fn begin(state: &mut State, choice: BackendChoice) {
    let job = state.next_job();
    state.backend.choice = choice;
    state.backend.choosing = Some(job);
    move_model(state);
    state.tell(Command::ChooseBackend { job, choice });
}

/// A model that is in place while the worker is at a choice is on its way to another machine.
pub(in crate::state) fn move_model(state: &mut State) {
    let Some(job) = state.backend.choosing else { return };
    state.model = match std::mem::take(&mut state.model) {
        ModelState::Ready(info) => {
            benchmark::model_moving(state);
            ModelState::Loading(Loading::moving(job, info))
        }
        other => other,
    };
}
