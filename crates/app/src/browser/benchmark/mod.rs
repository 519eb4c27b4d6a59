//! The Benchmark view: the run and its buttons, the table it fills beside the published rows, the list of its questions.

mod cell;
mod controls;
mod exports;
mod list;
mod notes;
mod question;
mod readings;
mod row;
mod run;
mod table;
mod tabs;

use bench::NOT_GMAI_MMBENCH;
use leptos::prelude::*;

use crate::browser::page::page;
use list::QuestionList;
use question::QuestionPanel;
use run::RunPanel;
use tabs::Results;

/// A run over the bundled sample, and what it comes to.
#[component]
pub(crate) fn BenchmarkView() -> impl IntoView {
    let page = page();
    let stage = page.slice(|state| state.benchmark.stage.name());
    view! {
        <section id="benchmark" data-run=move || stage.get() aria-labelledby="benchmark-title">
            <div class="benchmark-head">
                <h1 id="benchmark-title">"Benchmark"</h1>
                <p>
                    "Questions about synthetic phantoms, answered one by one, beside the rows that others published for models \
                    of this kind on GMAI-MMBench."
                </p>
                <p id="benchmark-note">{NOT_GMAI_MMBENCH}</p>
            </div>
            <RunPanel/>
            <Results/>
            <QuestionList/>
            <QuestionPanel/>
        </section>
    }
}
