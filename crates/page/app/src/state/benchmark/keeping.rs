use bench::RunSummary;
use protocol::{Command, RunAct};

use crate::state::State;

/// Keeps the run on view from its first answer on: it is new, or what kept it is gone.
pub(super) fn keep_whole(state: &mut State) {
    let (Some(id), Some(run)) = (state.benchmark.run_id.clone(), state.benchmark.run.clone()) else { return };
    let job = state.next_job();
    let benchmark = &mut state.benchmark;
    benchmark.keeping.push(job);
    let (conditions, n_total) = (run.conditions.clone(), run.n_total);
    let (n_asked, hits, n) = (run.n_asked(), benchmark.row.overall().hits, benchmark.row.overall().n);
    let summary = RunSummary {
        id: id.clone(),
        name: String::new(),
        conditions: conditions.clone(),
        n_asked,
        n_total,
        hits,
        n,
    };
    benchmark.kept.insert(0, summary);
    let act = RunAct::Begin { id, conditions, n_total, answers: run.said() };
    state.tell(Command::Runs { job, act });
}
