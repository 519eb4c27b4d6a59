use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::benchmark::{BenchmarkAct, EXPORTS};

/// The run as a file, in several forms. The worker writes it.
#[component]
pub(super) fn Exports() -> impl IntoView {
    let page = page();
    let cannot_export = page.slice(|state| state.benchmark.answers().is_empty());
    let hint =
        page.slice(
            |state| if state.benchmark.answers().is_empty() { "Export: no answers yet" } else { "Export" },
        );
    let button = move |(place, (id, title)): (usize, (&'static str, &'static str))| {
        view! {
            <button
                type="button"
                id=id
                disabled=cannot_export
                title=move || cannot_export.get().then_some("There is no answer to export yet.")
                aria-describedby="export-hint"
                on:click=move |_| page.benchmark(BenchmarkAct::Export(place))
            >
                {title}
            </button>
        }
    };
    view! {
        <div class="run-exports" role="group" aria-label="Export">
            <p id="export-hint" class="hint">
                {hint}
            </p>
            {EXPORTS.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}
