use leptos::html::Input;
use leptos::prelude::*;

use crate::browser::keyed::Keyed;
use crate::browser::page::page;
use crate::state::State;
use crate::state::benchmark::BenchmarkAct;
use crate::state::benchmark::kept::{figures, title};

/// The runs that are kept in this browser.
#[component]
pub(super) fn KeptRuns() -> impl IntoView {
    let page = page();
    let ids = page.slice(|state| state.benchmark.kept.iter().map(|run| (0, run.id.clone())).collect());
    let is_lost = page.slice(|state| state.benchmark.is_lost_with_tab);
    let hint = move || match (is_lost.get(), ids.with(Vec::is_empty)) {
        (true, _) => {
            "This browser keeps no files for the page: runs are lost with the tab. Export what you need."
        }
        (false, true) => "No run is kept yet.",
        (false, false) => "Kept in this browser, without images.",
    };
    view! {
        <section id="kept-runs" class="results" aria-labelledby="kept-title">
            <h2 id="kept-title">"Kept runs"</h2>
            <p class="hint">{hint}</p>
            <ul>
                <Keyed keys=ids row=|(_, id)| view! { <KeptRun id/> }.into_any()/>
            </ul>
        </section>
    }
}

#[component]
fn KeptRun(id: String) -> impl IntoView {
    let page = page();
    let run_id = StoredValue::new(id.clone());
    let text = |part: fn(&bench::RunSummary) -> String| {
        page.slice(move |state| run_id.with_value(|id| summary(state, id).map(part)).unwrap_or_default())
    };
    let (title, figures) = (text(title), text(figures));
    let is_whole = page.slice(move |state| {
        run_id.with_value(|id| summary(state, id).is_some_and(|run| run.n_asked >= run.n_total))
    });
    let is_current =
        page.slice(move |state| run_id.with_value(|id| state.benchmark.run_id.as_ref() == Some(id)));
    let is_locked = page.slice(|state| !state.benchmark.can_open_run());
    let (is_named, is_asked) = (RwSignal::new(false), RwSignal::new(false));
    let delete = move |_| {
        if is_asked.get_untracked() {
            page.benchmark(BenchmarkAct::DeleteRun(run_id.get_value()));
        }
        is_asked.set(true);
    };
    view! {
        <li
            data-run-id=id
            data-state=move || if is_whole.get() { "finished" } else { "partial" }
            aria-current=move || is_current.get().then_some("true")
        >
            <div class="run-name">
                <Show when=move || is_named.get() fallback=move || view! { <span>{title}</span> }>
                    <Name run_id is_named/>
                </Show>
                <span class="hint">{figures}</span>
            </div>
            <button
                type="button"
                data-act="open"
                disabled=is_locked
                title=move || is_locked.get().then_some("Pause the run first.")
                on:click=move |_| page.benchmark(BenchmarkAct::OpenRun(run_id.get_value()))
            >
                "Open"
            </button>
            <button type="button" data-act="rename" on:click=move |_| is_named.set(true)>"Rename"</button>
            <button
                type="button"
                data-act="delete"
                disabled=move || is_locked.get() && is_current.get()
                on:blur=move |_| is_asked.set(false)
                on:click=delete
            >
                {move || if is_asked.get() { "Delete for good" } else { "Delete" }}
            </button>
        </li>
    }
}

/// Enter and leaving the field save, Escape does not.
#[component]
fn Name(run_id: StoredValue<String>, is_named: RwSignal<bool>) -> impl IntoView {
    let page = page();
    let field = NodeRef::<Input>::new();
    let name = page.peek(|state| {
        run_id.with_value(|id| summary(state, id).map(|run| run.name.clone())).unwrap_or_default()
    });
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            drop(field.focus());
        }
    });
    let save = move || {
        // Taken away, the field loses the focus and would save once more; nothing may be asked of it then.
        if is_named.get_untracked()
            && let Some(field) = field.get_untracked()
        {
            is_named.set(false);
            page.benchmark(BenchmarkAct::NameRun { id: run_id.get_value(), name: field.value() });
        }
    };
    let press = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => save(),
        "Escape" => is_named.set(false),
        _ => {}
    };
    view! {
        <input
            class="run-name-input"
            type="text"
            aria-label="Name of the run"
            maxlength="80"
            node_ref=field
            value=name
            on:keydown=press
            on:blur=move |_| save()
        />
    }
}

fn summary<'a>(state: &'a State, id: &str) -> Option<&'a bench::RunSummary> {
    state.benchmark.kept.iter().find(|run| run.id == id)
}
