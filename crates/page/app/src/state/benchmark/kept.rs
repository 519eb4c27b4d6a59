//! Runs that outlive the tab: the worker keeps them, the page lists, opens, names and deletes them.

use bench::{Conditions, Question, Reply, Run, RunSummary};
use protocol::{Command, JobId, RunAct};

use super::asking::call_back;
use super::{Benchmark, Pace, Pause, Stage};
use crate::state::State;

/// What a run is called that nobody named: model, data set, moment.
pub fn title(run: &RunSummary) -> String {
    if !run.name.is_empty() {
        return run.name.clone();
    }
    let conditions = &run.conditions;
    // To the minute, of an ISO 8601 moment.
    let date = conditions.date.get(..16).unwrap_or(&conditions.date).replace('T', " ");
    let data_set = conditions.data_set.description();
    format!("{} {} · {data_set} · {date}", conditions.model, conditions.quantisation)
}

/// What it came to: right ones of those with a known answer, and how far it is.
pub fn figures(run: &RunSummary) -> String {
    let asked = format!("{} of {} asked", run.n_asked, run.n_total);
    match run.n {
        0 => asked,
        n => format!("{}/{n} right · {asked} · {}", run.hits, run.conditions.rule),
    }
}

/// Asks which runs are kept.
pub(in crate::state) fn list_runs(state: &mut State) {
    ask(state, RunAct::List);
}

/// Shows a kept run as if it had just been made. One that goes on must be paused first; it stays as far as it is.
pub(super) fn open(state: &mut State, id: &str) {
    if state.benchmark.can_open_run() {
        call_back(state);
        ask(state, RunAct::Read { id: id.to_owned() });
    }
}

/// Calls a run something else; an empty name is none.
pub(super) fn rename(state: &mut State, id: &str, name: &str) {
    let (id, name) = (id.to_owned(), name.trim().to_owned());
    if let Some(summary) = state.benchmark.summary(&id) {
        summary.name.clone_from(&name);
    }
    ask(state, RunAct::Name { id, name });
}

/// Forgets a run; one that is on view leaves it.
pub(super) fn delete(state: &mut State, id: &str) {
    if state.benchmark.run_id.as_deref() == Some(id) {
        if !state.benchmark.can_open_run() {
            return;
        }
        call_back(state);
        let benchmark = &mut state.benchmark;
        benchmark.show(None);
        benchmark.stage = if benchmark.data.is_some() { Stage::Ready } else { Stage::Idle(None) };
    }
    ask(state, RunAct::Delete { id: id.to_owned() });
}

fn ask(state: &mut State, act: RunAct) {
    let job = state.next_job();
    state.benchmark.shelf = Some(job);
    state.tell(Command::Runs { job, act });
}

/// These runs are kept. After a reload the latest that is unfinished is brought back.
pub(in crate::state) fn listed(state: &mut State, runs: Vec<RunSummary>, on_disk: bool) {
    let benchmark = &mut state.benchmark;
    benchmark.kept = runs;
    benchmark.is_lost_with_tab = !on_disk;
    benchmark.note_progress();
    let is_first = !std::mem::replace(&mut benchmark.is_listed, true);
    let left = benchmark.kept.iter().find(|run| run.n_asked < run.n_total).map(|run| run.id.clone());
    if let Some(id) = left.filter(|_| is_first && benchmark.run.is_none()) {
        open(state, &id);
    }
}

/// An answer is on disk.
pub(in crate::state) fn kept(state: &mut State, job: JobId) {
    state.benchmark.keeping.retain(|&its| its != job);
}

/// A kept run is there.
pub(in crate::state) fn read(state: &mut State, job: JobId, id: String, said: Vec<(Question, Reply)>) {
    let benchmark = &mut state.benchmark;
    // A run that was started meanwhile has the view.
    if benchmark.shelf != Some(job) || !benchmark.can_open_run() {
        return;
    }
    benchmark.shelf = None;
    let rule = benchmark.rule;
    let Some(summary) = benchmark.summary(&id) else { return };
    let run = Run::new(Conditions { rule, ..summary.conditions.clone() }, summary.n_total, said);
    benchmark.stage = if run.is_complete() { Stage::Finished } else { Stage::Paused(Pause::Kept) };
    benchmark.show(Some((id, run)));
    benchmark.choose_again();
}

impl Benchmark {
    /// Whether another run can take the place of the one on view.
    pub const fn can_open_run(&self) -> bool {
        !matches!(self.stage, Stage::Running | Stage::Opening { .. })
    }

    /// Puts a run on view, or none.
    pub(super) fn show(&mut self, kept: Option<(String, Run)>) {
        let (id, run) = kept.unzip();
        self.row = run.as_ref().map(bench::Run::row).unwrap_or_default();
        let secs = run.iter().flat_map(|run| &run.answers).map(|answered| answered.reply.seconds).sum();
        self.pace = Pace::after(secs);
        (self.run_id, self.run, self.opened, self.unkept) = (id, run, None, None);
        self.keeping.clear();
        self.run_number += 1;
    }

    fn summary(&mut self, id: &str) -> Option<&mut RunSummary> {
        self.kept.iter_mut().find(|kept| kept.id == id)
    }

    /// The list of runs follows the run on view.
    pub(super) fn note_progress(&mut self) {
        let overall = *self.row.overall();
        if let (Some(run), Some(id)) = (&self.run, &self.run_id)
            && let Some(summary) = self.kept.iter_mut().find(|kept| kept.id == *id)
        {
            (summary.n_asked, summary.hits, summary.n) = (run.n_asked(), overall.hits, overall.n);
            summary.conditions.rule = run.conditions.rule;
        }
    }
}
