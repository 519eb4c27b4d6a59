//! The Benchmark view: the run and its buttons, the table it fills beside the published rows, the list of its questions.

mod analysis;
mod cell;
mod choice;
mod controls;
mod data;
mod exports;
mod kept;
mod list;
mod notes;
mod pick;
mod presets;
mod question;
mod readings;
mod row;
mod run;
mod table;
mod tabs;

use leptos::prelude::*;

use crate::browser::page::page;
use analysis::Analysis;
use kept::KeptRuns;
use list::QuestionList;
use question::QuestionPanel;
use run::RunPanel;
use tabs::Results;

/// A run over a set of questions, what it comes to, and the runs before it.
#[component]
pub(crate) fn BenchmarkView() -> impl IntoView {
    let page = page();
    let stage = page.slice(|state| state.benchmark.stage.name());
    let data = page.slice(|state| state.benchmark.choice.kind.name());
    let n_questions = page.slice(|state| state.benchmark.n_ready().map(|n| n.to_string()));
    let note = page.slice(|state| state.benchmark.note());
    view! {
        <section
            id="benchmark"
            data-run=stage
            data-data=data
            data-questions=n_questions
            aria-labelledby="benchmark-title"
        >
            <div class="benchmark-head">
                <h1 id="benchmark-title">"Benchmark"</h1>
                <p>
                    "Questions about images with options to choose from, answered one by one, beside the rows that others published \
                    for models of this kind on GMAI-MMBench."
                </p>
                <p id="benchmark-note">{note}</p>
            </div>
            <RunPanel/>
            <KeptRuns/>
            <Results/>
            <Analysis/>
            <QuestionList/>
            <QuestionPanel/>
        </section>
    }
}
