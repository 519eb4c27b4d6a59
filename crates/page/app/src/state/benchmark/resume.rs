//! What a run needs that was left unfinished, in this tab or an earlier one.

use bench::{DataSet, Run};
use protocol::ModelInfo;

use super::asking::ask_next;
use super::data::open;
use super::keeping::keep_whole;
use super::{Benchmark, DataKind, Stage, Then, Wanted};
use crate::state::State;

/// Goes on with the next question; a set that is not ready any more is made so first, where the page can do that alone.
pub(super) fn resume(state: &mut State, now_secs: f64) {
    let is_paused = matches!(state.benchmark.stage, Stage::Paused(_));
    if !is_paused || state.has_model().is_err() || state.resume_needs().is_some() {
        return;
    }
    match state.benchmark.missing_set() {
        Some(Some(data)) => open(state, data, Then::Resume),
        Some(None) => {}
        None => go_on(state, now_secs),
    }
}

/// Asks the next question of the run on view, whose set is open.
pub(super) fn go_on(state: &mut State, now_secs: f64) {
    let is_kept = |run: &bench::RunSummary| state.benchmark.run_id.as_ref() == Some(&run.id);
    if !state.benchmark.kept.iter().any(is_kept) {
        keep_whole(state);
    }
    let benchmark = &mut state.benchmark;
    benchmark.stage = Stage::Running;
    benchmark.pace.begin(now_secs);
    if benchmark.in_flight.is_none() {
        ask_next(state);
    }
}

/// Whether a run was made with this model on this machine.
pub(super) fn is_of_model(run: &Run, model: &ModelInfo) -> bool {
    let its = &run.conditions;
    its.model == model.name && its.quantisation == model.quantisation && its.backend == model.backend
}

impl Benchmark {
    /// What must be opened before the run on view can go on: nothing, a set that the page can open, or (`Some(None)`) one that
    /// only a person can.
    pub(super) fn missing_set(&self) -> Option<Option<Wanted>> {
        let its = &self.run.as_ref()?.conditions;
        if self.data.as_ref().is_some_and(|set| set.fingerprint == its.questions) {
            return None;
        }
        Some(match &its.data_set {
            DataSet::Sample { .. } => Some(Wanted::Sample),
            DataSet::HeldOut { per_task, .. } => Some(Wanted::HeldOut { per_task: *per_task }),
            DataSet::File { name, .. } => {
                let selection = its.selection.unwrap_or_default();
                match (self.choice.kind, &self.choice.file, &self.choice.address) {
                    (DataKind::Address, _, Some(url)) => {
                        Some(Wanted::Address { url: url.clone(), selection })
                    }
                    (_, Some(file), _) if file.name == *name => {
                        Some(Wanted::File { file: file.clone(), selection })
                    }
                    _ => None,
                }
            }
        })
    }

    /// The choice of a set follows the run on view, so that it is enough to pick the file again.
    pub(super) fn choose_again(&mut self) {
        let Some(run) = &self.run else { return };
        let choice = &mut self.choice;
        match (&run.conditions.data_set, choice.kind) {
            (DataSet::File { .. }, DataKind::Sample) => choice.kind = DataKind::File,
            (DataSet::File { .. }, _) => {}
            _ => choice.kind = DataKind::Sample,
        }
        choice.selection = run.conditions.selection.unwrap_or(choice.selection);
    }
}

/// The open set is not the run's.
const OTHER_QUESTIONS: &str = "These are other questions than this run’s. ";

impl State {
    /// What stands in the way of resuming the run that rests, besides that there is no model.
    pub fn resume_needs(&self) -> Option<String> {
        let benchmark = &self.benchmark;
        let its = &benchmark.run.as_ref()?.conditions;
        if self
            .model
            .info()
            .is_some_and(|model| !benchmark.run.as_ref().is_some_and(|run| is_of_model(run, model)))
        {
            return Some(format!(
                "This run was made with {} {} on {}; open that model there to go on.",
                its.model, its.quantisation, its.backend
            ));
        }
        let missing = benchmark.missing_set()?;
        match (&its.data_set, missing) {
            (_, Some(data)) if benchmark.data.as_ref().is_none_or(|set| set.asked != data) => None,
            (DataSet::File { name, .. }, None) => {
                // A file was chosen, only not this one.
                let others = if benchmark.n_ready().is_some() { OTHER_QUESTIONS } else { "" };
                Some(format!("{others}Choose {name} again to go on."))
            }
            _ => Some(format!("{OTHER_QUESTIONS}Resuming needs the same ones.")),
        }
    }
}
