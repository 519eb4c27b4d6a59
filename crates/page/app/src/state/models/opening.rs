use download::{ModelKey, Order, OrderId};
use protocol::{Culprit, JobId};

use crate::state::{Failure, Pair, State, WorkerState};

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

impl Opening {
    /// Whether this order reads its files again.
    pub(super) fn is_checked_by(&self, id: OrderId) -> bool {
        self.checking.as_ref().is_some_and(|(order, _)| *order == id)
    }
}

/// Loads a model of the store; nothing happens if it is no longer there.
pub(super) fn open(state: &mut State, key: &ModelKey, is_again: bool) {
    if state.models.stored(key).is_none() {
        return;
    }
    state.message = None;
    state.load_model(Pair::Stored(key.clone()));
    if let Some(opening) = &mut state.models.opening {
        opening.is_again = is_again;
    }
}

impl State {
    /// Another model is asked for: the one that was being opened no longer is, unless the other one came only to set its files free.
    pub(in crate::state) fn other_model_asked(&mut self, job: JobId, pair: &Pair) {
        if !std::mem::take(&mut self.models.is_closing) {
            self.models.opening = None;
        }
        if let Pair::Stored(key) = pair {
            let key = key.clone();
            self.models.opening =
                Some(Opening { key, job, is_again: false, was_open: false, checking: None });
        }
    }
}

/// The worker ended: it holds no files any more, so what was to be deleted when another model had come goes now.
pub(in crate::state) fn worker_died(state: &mut State) {
    (state.models.opening, state.models.is_closing) = (None, false);
    delete_rest(state);
}

/// Deletes what the model that was open stood in the way of.
fn delete_rest(state: &mut State) {
    let to_delete = std::mem::take(&mut state.models.to_delete);
    if !to_delete.is_empty() {
        if state.open_stored().is_some_and(|open| to_delete.contains(open)) {
            state.pair = Pair::Bundled;
        }
        state.delete(to_delete);
    }
}

/// A model is in the worker. Whatever was open before is closed, and may be deleted.
pub(in crate::state) fn model_ready(state: &mut State, job: JobId) {
    let models = &mut state.models;
    let opening = models.opening.take_if(|opening| opening.job == job);
    models.mended = opening.as_ref().filter(|opening| opening.is_again).map(|opening| opening.key.clone());
    if let Some(Opening { key: model, .. }) = opening {
        if let Some(stored) = &mut models.stored
            && let Some(at) = stored.iter().position(|it| it.key == model)
        {
            // What was used last stands first, as the store has it now.
            let it = stored.remove(at);
            stored.insert(0, it);
        }
        state.give(Order::Used { model });
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
    let model = state.models.stored(&key)?.clone();
    let order = state.check(&model);
    state.models.opening =
        Some(Opening { key, job, is_again: false, was_open, checking: Some((order, failure.clone())) });
    Some(Failure {
        message: failure.message.clone(),
        remedy: "Its files are being checked meanwhile. If something in them is damaged, that is fetched again and the model is opened again."
            .into(),
    })
}

/// The files of a model that failed were read again. If something was mended, it is opened again.
pub(super) fn checked(state: &mut State, id: OrderId, n_repaired: u32) {
    let Some(Opening { key, was_open, checking: Some((_, failure)), .. }) =
        state.models.opening.take_if(|it| it.is_checked_by(id))
    else {
        return;
    };
    if n_repaired > 0 {
        return open(state, &key, true);
    }
    if was_open && state.open_stored().is_none() {
        open(state, &key, true);
    }
    state.message = Some(Failure {
        message: failure.message,
        remedy: format!("{} Its files were read again and are as they were fetched.", failure.remedy),
    });
}

/// A check waits for its files. If it is that of a model that failed, the worker may hold them still: another model must come.
pub(super) fn check_waits(state: &mut State, id: OrderId) {
    let models = &state.models;
    let is_its = models.opening.as_ref().is_some_and(|it| it.is_checked_by(id));
    if is_its && !models.is_closing && state.worker != WorkerState::Died {
        state.make_way();
    }
}

/// The check of a model that failed came to nothing itself; what is said then.
pub(super) fn check_failed(state: &mut State, id: OrderId, why: &Failure) -> Option<Failure> {
    let (_, failure) = state.models.opening.take_if(|it| it.is_checked_by(id))?.checking?;
    Some(Failure {
        message: failure.message,
        remedy: format!("Checking its files came to nothing: {} {}", why.message, why.remedy),
    })
}
