use download::{ModelKey, Order, OrderId};
use protocol::{Command, Culprit, JobId};

use crate::state::{Failure, Pair, State, acts};

/// A stored model on its way into the worker.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opening {
    pub(super) key: ModelKey,
    /// The job that loads it.
    job: JobId,
    /// It was mended after it had failed, and fails for good next time.
    is_again: bool,
    /// Its text part answered, so it is opened again even if nothing was damaged.
    was_open: bool,
    /// It failed for this reason, and is read again by that order.
    pub(super) checking: Option<(OrderId, Failure)>,
}

/// Loads a model of the store; `None` where it is not there.
pub(super) fn open(state: &mut State, key: &ModelKey, is_again: bool) -> Option<Command> {
    let command = acts::load_model(state, Pair::Stored(key.clone()))?;
    state.message = None;
    if let Some(opening) = &mut state.models.opening {
        opening.is_again = is_again;
    }
    Some(command)
}

/// A stored model is on its way into the worker.
pub(in crate::state) fn asked(state: &mut State, key: ModelKey, job: JobId) {
    state.models.opening = Some(Opening { key, job, is_again: false, was_open: false, checking: None });
}

/// Another model is asked for: the one that was being opened no longer is, unless the other one came only to set its files free.
pub(in crate::state) fn other_model(state: &mut State) {
    if !std::mem::take(&mut state.models.is_closing) {
        state.models.opening = None;
    }
}

/// The worker ended: it holds no files any more, so what was to be deleted when another model had come goes now.
pub(in crate::state) fn worker_died(state: &mut State) {
    let models = &mut state.models;
    (models.opening, models.to_close, models.is_closing) = (None, false, false);
    delete_rest(state);
}

/// Deletes what the model that was open stood in the way of.
fn delete_rest(state: &mut State) {
    let to_delete = std::mem::take(&mut state.models.to_delete);
    if !to_delete.is_empty() {
        if state.open_stored().is_some_and(|open| to_delete.contains(open)) {
            state.pair = Pair::Bundled;
        }
        state.models.delete(to_delete);
    }
}

/// A model is in the worker. Whatever was open before is closed, and may be deleted.
pub(in crate::state) fn model_ready(state: &mut State, job: JobId) {
    let models = &mut state.models;
    let opening = models.opening.take_if(|opening| opening.job == job);
    models.mended = opening.as_ref().filter(|opening| opening.is_again).map(|opening| opening.key.clone());
    if let Some(Opening { key: model, .. }) = opening {
        models.outbox.push(Order::Used { model: model.clone() });
        if let Some(stored) = &mut models.stored
            && let Some(at) = stored.iter().position(|it| it.key == model)
        {
            // What was used last stands first, as the store has it now.
            let it = stored.remove(at);
            stored.insert(0, it);
        }
    }
    delete_rest(state);
}

/// A model could not be loaded. One of the store is read again, since its files may be damaged; what is said then is told here.
pub(in crate::state) fn model_failed(state: &mut State, job: JobId, failure: &Failure) -> Option<Failure> {
    let models = &mut state.models;
    // What was to be deleted when another model had come is not: none has.
    models.to_delete.clear();
    let opening = models.opening.as_mut().filter(|opening| opening.job == job)?;
    let key = opening.key.clone();
    if opening.is_again {
        models.opening = None;
        return None;
    }
    check(state, job, key, failure, false)
}

/// The vision tower of the open model could not be loaded. Where its file is at fault it is read again and mended; otherwise text
/// is answered on, since the files are in use until the model is closed.
pub(in crate::state) fn vision_failed(
    state: &mut State,
    job: JobId,
    culprit: Culprit,
    failure: &Failure,
) -> Option<Failure> {
    if culprit != Culprit::File {
        return None;
    }
    let key = state.open_stored().filter(|open| state.models.mended.as_ref() != Some(open))?.clone();
    check(state, job, key, failure, true)
}

fn check(state: &mut State, job: JobId, key: ModelKey, failure: &Failure, was_open: bool) -> Option<Failure> {
    let models = &mut state.models;
    let model = models.stored(&key)?.clone();
    let order = models.check(&model);
    models.opening =
        Some(Opening { key, job, is_again: false, was_open, checking: Some((order, failure.clone())) });
    Some(Failure {
        message: failure.message.clone(),
        remedy: "Its files are being checked meanwhile. If something in them is damaged, that is fetched again and the model is opened again."
            .into(),
    })
}

/// The files of a model that failed were read again. If something was mended, it is opened again.
pub(super) fn checked(state: &mut State, id: OrderId, n_repaired: u32) -> Option<Command> {
    let opening =
        state.models.opening.take_if(|it| it.checking.as_ref().is_some_and(|(order, _)| *order == id))?;
    let (_, failure) = opening.checking?;
    if n_repaired > 0 {
        return open(state, &opening.key, true);
    }
    let command = if opening.was_open && state.open_stored().is_none() {
        open(state, &opening.key, true)
    } else {
        None
    };
    state.message = Some(Failure {
        message: failure.message,
        remedy: format!("{} Its files were read again and are as they were fetched.", failure.remedy),
    });
    command
}

/// A check waits for its files. If it is that of a model that failed, the worker may hold them still: another model must come.
pub(super) fn check_waits(state: &mut State, id: OrderId) {
    let models = &mut state.models;
    let is_its =
        models.opening.as_ref().is_some_and(|it| it.checking.as_ref().is_some_and(|(order, _)| *order == id));
    if is_its && !models.is_closing && state.worker != crate::state::WorkerState::Died {
        models.to_close = true;
    }
}

/// The check of a model that failed came to nothing itself; what is said then.
pub(super) fn check_failed(state: &mut State, id: OrderId, why: &Failure) -> Option<Failure> {
    let opening =
        state.models.opening.take_if(|it| it.checking.as_ref().is_some_and(|(order, _)| *order == id))?;
    let (_, failure) = opening.checking?;
    Some(Failure {
        message: failure.message,
        remedy: format!("Checking its files came to nothing: {} {}", why.message, why.remedy),
    })
}
