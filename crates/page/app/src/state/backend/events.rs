use protocol::{BackendChoice, BackendKind, Candidate, Failure, JobId, ModelInfo};

use super::acts::begin;
use crate::state::{ModelState, State, benchmark};

/// The worker carried out a choice. A model that was loaded answers from its new place; what it remembers of the
/// conversation came with it.
pub(in crate::state) fn chosen(
    state: &mut State,
    job: JobId,
    kind: BackendKind,
    candidates: Vec<Candidate>,
    model: Option<ModelInfo>,
) {
    let backend = &mut state.backend;
    if backend.choosing != Some(job) {
        return;
    }
    backend.choosing = None;
    backend.settled = Some(backend.choice);
    backend.chosen = Some(kind);
    // What failed before a model was brought back is still to be read.
    if !std::mem::take(&mut backend.is_restoring) {
        backend.failure = None;
    }
    backend.note(candidates);
    match &mut state.model {
        ModelState::Loading(moving) if moving.job == job => {
            // Its weights were on their way, the vision tower's after the text model's.
            if moving.previous.is_none() {
                state.vision.follow(moving);
            }
            state.model = match model {
                Some(info) => {
                    benchmark::model_moved(state, &info);
                    ModelState::Ready(info)
                }
                None => ModelState::Absent,
            };
        }
        // Another model was opened meanwhile, and may still be refused in favour of this one.
        ModelState::Loading(other) if other.previous.is_some() => other.previous = model,
        // The worker kept the files of a model that was lost on its way to the machine before.
        ModelState::Absent | ModelState::Failed(_) => {
            if let Some(info) = model {
                state.model = ModelState::Ready(info);
            }
        }
        _ => {}
    }
    state.send_waiting();
}

/// Whether a job that failed was a choice; then what failed and what was kept is said, and what follows is begun.
pub(in crate::state) fn failed(state: &mut State, job: JobId, failure: &Failure) -> bool {
    let backend = &mut state.backend;
    if backend.choosing != Some(job) {
        return false;
    }
    backend.choosing = None;
    let refused = std::mem::replace(&mut backend.choice, backend.settled.unwrap_or_default());
    let was_restoring = std::mem::take(&mut backend.is_restoring);
    let remedy = match (backend.settled, end_move(state, job)) {
        // Nothing was ever chosen: the address asked for what this browser does not have.
        (None, _) if refused != BackendChoice::Measured => {
            begin(state, BackendChoice::Measured);
            format!("{} Meanwhile the page takes what is faster here.", failure.remedy)
        }
        (_, Some(EndOfMove::Stays)) => {
            let place = place(state);
            format!("{} The model stays {place}; image and conversation are untouched.", failure.remedy)
        }
        (_, Some(EndOfMove::Gone)) if !was_restoring && state.backend.chosen.is_some() => {
            let place = place(state);
            restore(state);
            format!("The model is loaded again {place}; image and conversation are kept.")
        }
        (_, Some(EndOfMove::Gone)) => {
            state.model = ModelState::Failed(failure.clone());
            benchmark::model_gone(state);
            state.call_back_waiting(failure);
            "Image and conversation are kept. Choose another machine, or load the model again.".into()
        }
        (_, None) => failure.remedy.clone(),
    };
    let failure = Failure { message: failure.message.clone(), remedy };
    state.backend.failure = Some(failure.clone());
    state.message = Some(failure);
    state.send_waiting();
    true
}

/// What became of a model that did not arrive.
enum EndOfMove {
    /// It is where it was.
    Stays,
    /// Its weights were on their way already; the worker has its files still.
    Gone,
}

fn end_move(state: &mut State, job: JobId) -> Option<EndOfMove> {
    let previous = match &mut state.model {
        ModelState::Loading(moving) if moving.job == job => moving.previous.take(),
        _ => return None,
    };
    Some(match previous {
        Some(info) => {
            state.model = ModelState::Ready(info);
            EndOfMove::Stays
        }
        None => EndOfMove::Gone,
    })
}

/// Brings a model back to the machine that it left, which is named: measuring again could choose the one that failed.
fn restore(state: &mut State) {
    let choice = state.backend.choice;
    let Some(chosen) = state.backend.chosen else { return };
    begin(state, BackendChoice::Only(chosen));
    state.backend.choice = choice;
    state.backend.is_restoring = true;
    if let (ModelState::Loading(moving), Some(job)) = (&mut state.model, state.backend.choosing) {
        moving.begin_again(job);
    }
}

fn place(state: &State) -> &'static str {
    match state.backend.chosen {
        Some(BackendKind::Cpu) => "on the CPU",
        Some(BackendKind::WebGpu) => "on WebGPU",
        None => "where it is",
    }
}

/// What the worker had chosen went with it; what is wanted stays.
pub(in crate::state) fn worker_died(state: &mut State) {
    state.backend.choosing = None;
    state.backend.settled = None;
    state.backend.is_restoring = false;
}
