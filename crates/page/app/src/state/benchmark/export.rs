use bench::{Form, Grouping};
use protocol::{Command, RunAct};

use crate::state::State;

/// The ids and labels of the exports' buttons.
pub const EXPORTS: [(&str, &str); 6] = [
    ("export-csv", "CSV"),
    ("export-json", "JSON"),
    ("export-markdown", "Markdown"),
    ("export-xlsx", "Excel"),
    ("export-acc", "_acc.csv"),
    ("export-chart", "Chart"),
];

/// What the button at a place of [`EXPORTS`] writes.
const fn form(place: usize, grouping: Grouping) -> Form {
    match place {
        0 => Form::Csv,
        1 => Form::Json,
        2 => Form::Markdown,
        3 => Form::Xlsx,
        4 => Form::Acc(grouping),
        _ => Form::Chart(grouping),
    }
}

/// Has the run on view written down as the button at a place of [`EXPORTS`] says; nothing without a run.
pub(super) fn export(state: &mut State, place: usize) {
    let benchmark = &state.benchmark;
    let (Some(run), Some(id)) = (&benchmark.run, benchmark.run_id.clone()) else { return };
    let act = RunAct::Write { id, rule: run.conditions.rule, form: form(place, benchmark.grouping) };
    let job = state.next_job();
    state.benchmark.writing = Some(job);
    state.tell(Command::Runs { job, act });
}
