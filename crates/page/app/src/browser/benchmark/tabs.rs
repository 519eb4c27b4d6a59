use bench::Grouping;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use super::notes::Notes;
use super::table::ResultsTable;
use crate::browser::page::page;
use crate::state::benchmark::BenchmarkAct;

fn tab_id(grouping: Grouping) -> &'static str {
    match grouping {
        Grouping::ClinicalTask => "grouping-tasks",
        Grouping::Department => "grouping-departments",
        Grouping::Granularity => "grouping-granularities",
    }
}

/// The results in one of three groupings, with what must be said about them.
#[component]
pub(super) fn Results() -> impl IntoView {
    let page = page();
    let grouping = page.slice(|state| state.benchmark.grouping);
    let as_printed = page.slice(|state| state.benchmark.as_printed);
    let is_circular = page.slice(|state| state.benchmark.is_circular());
    let toggle = move |event| {
        let printed = event_target::<HtmlInputElement>(&event).checked();
        page.benchmark(BenchmarkAct::ShowPrinted(printed));
    };
    view! {
        <section class="results" aria-labelledby="results-title">
            <h2 id="results-title">"Results"</h2>
            <div class="results-bar">
                <Tabs/>
                <label class="check">
                    <input id="printed-toggle" type="checkbox" prop:checked=as_printed on:change=toggle/>
                    "Values as printed"
                </label>
            </div>
            <div
                id="results-panel"
                class="table-frame"
                role="tabpanel"
                tabindex="0"
                aria-labelledby=page.slice(|state| tab_id(state.benchmark.grouping))
            >
                {move || view! { <ResultsTable grouping=grouping.get() is_circular=is_circular.get()/> }}
            </div>
            <Notes/>
        </section>
    }
}

/// One tab per grouping. Arrow keys go from one to the next and choose it.
#[component]
fn Tabs() -> impl IntoView {
    let page = page();
    let current = page.slice(|state| state.benchmark.grouping);
    let choose = move |grouping| page.benchmark(BenchmarkAct::GroupBy(grouping));
    let on_key = move |event: KeyboardEvent| {
        let all = Grouping::ALL;
        let index = all.iter().position(|&it| it == current.get_untracked()).unwrap_or_default();
        let next = match event.key().as_str() {
            "ArrowRight" => (index + 1) % all.len(),
            "ArrowLeft" => (index + all.len() - 1) % all.len(),
            "Home" => 0,
            "End" => all.len() - 1,
            _ => return,
        };
        event.prevent_default();
        choose(all[next]);
        let tab =
            document().get_element_by_id(tab_id(all[next])).and_then(|it| it.dyn_into::<HtmlElement>().ok());
        if let Some(tab) = tab {
            drop(tab.focus());
        }
    };
    let tab = move |grouping: Grouping| {
        let choice = |yes: &'static str, no: &'static str| {
            page.slice(move |state| if state.benchmark.grouping == grouping { yes } else { no })
        };
        view! {
            <button
                type="button"
                role="tab"
                id=tab_id(grouping)
                aria-controls="results-panel"
                aria-selected=choice("true", "false")
                tabindex=choice("0", "-1")
                on:click=move |_| choose(grouping)
            >
                {grouping.title()}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Grouping" on:keydown=on_key>
            {Grouping::ALL.map(tab)}
        </div>
    }
}
