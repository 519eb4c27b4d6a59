use leptos::html::Div;
use leptos::prelude::*;

use super::choice::Choice;
use crate::browser::page::page;
use crate::state::State;

/// What the worker made of the run on view: its chart, and how it compares with published answers and with another run.
#[component]
pub(super) fn Analysis() -> impl IntoView {
    let page = page();
    let is_due = page.slice(State::analysis_is_due);
    let is_missing = page.slice(|state| state.benchmark.analysis().is_empty());
    let revision = page.slice(|state| state.benchmark.looks.revision);
    let others = page.slice(|state| state.benchmark.comparison_choices());
    // In a later turn than the change that it follows, whose own commands go first.
    Effect::new(move |_| {
        if is_due.get() {
            page.analyse_run();
        }
    });
    let sheets = NodeRef::<Div>::new();
    // Made anew when something was told or another run is on view, not whenever anything on the page changed. By hand, because
    // an `inner_html` that changes is not followed where components are erased.
    Effect::new(move |_| {
        revision.track();
        is_missing.track();
        if let Some(sheets) = sheets.get() {
            page.peek(|state| sheets.set_inner_html(state.benchmark.analysis()));
        }
    });
    view! {
        <section id="analysis" aria-labelledby="analysis-title" hidden=is_missing>
            <div class="questions-head">
                <h2 id="analysis-title">"Analysis"</h2>
                <Choice
                    id="compare-with"
                    label="Compare with"
                    options=others
                    chosen=|state| state.benchmark.against()
                    choose=|state, id| state.benchmark.looks.against = id
                />
            </div>
            <div class="sheets" node_ref=sheets></div>
        </section>
    }
}
