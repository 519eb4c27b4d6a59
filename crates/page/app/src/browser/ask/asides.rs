use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::{Input, Pair, State, View};

/// What a person should know before asking: what this model can answer, and which run it interrupts.
#[component]
pub(crate) fn Asides() -> impl IntoView {
    let page = page();
    let is_bundled = page.slice(|state| state.pair == Pair::Bundled && state.model.info().is_some());
    let benchmark = page.slice(State::benchmark_aside);
    view! {
        <p id="benchmark-aside" class="aside" hidden=move || benchmark.get().is_none()>
            <span>{benchmark}</span>
            <button type="button" class="link" on:click=move |_| page.input(Input::Go(View::Benchmark))>
                "Show the benchmark"
            </button>
        </p>
        <p id="phantoms-only" class="aside" hidden=move || !is_bundled.get()>
            "This model knows synthetic phantoms only, such as the examples. What it answers about a real image means nothing."
        </p>
    }
}
