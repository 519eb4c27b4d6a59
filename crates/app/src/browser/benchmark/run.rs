use leptos::prelude::*;

use super::controls::{BlankImages, RunButtons};
use super::exports::Exports;
use super::readings::Readings;
use crate::browser::page::page;
use crate::browser::shell::Remedies;
use crate::state::State;
use crate::state::benchmark::{Pause, Stage};

/// The run: its buttons, how far it is, under which conditions, and where its results can go.
#[component]
pub(super) fn RunPanel() -> impl IntoView {
    let page = page();
    let status = page.slice(State::benchmark_status);
    let is_fault = page.slice(|state| {
        matches!(state.benchmark.stage, Stage::Idle(Some(_)) | Stage::Paused(Pause::Failed(_)))
    });
    let lacks_model = page.slice(|state| state.has_model().is_err());
    let progress = page.slice(|state| state.benchmark.progress());
    let is_opening = page.slice(|state| matches!(state.benchmark.stage, Stage::Opening { .. }));
    let conditions = page.slice(conditions);
    view! {
        <section class="run" aria-label="Run">
            <div class="run-bar">
                <RunButtons/>
                <BlankImages/>
                <Exports/>
            </div>
            <progress
                id="benchmark-progress"
                aria-label="Questions answered"
                value=move || (!is_opening.get()).then(|| progress.get().map_or(0, |(done, _)| done).to_string())
                max=move || progress.get().map_or(1, |(_, total)| total.max(1)).to_string()
            ></progress>
            <Readings/>
            <div class="run-foot">
                <p id="benchmark-status" class:error=move || is_fault.get()>{move || status.get()}</p>
                <Show when=move || lacks_model.get()>
                    <Remedies/>
                </Show>
                <p id="benchmark-conditions" class="hint">{move || conditions.get()}</p>
            </div>
        </section>
    }
}

/// What the figures on view depend on; before a run, what they would.
fn conditions(state: &State) -> Option<String> {
    let conditions = &state.benchmark.run.as_ref()?.conditions;
    let images = if conditions.blank_images { "images blanked" } else { "images shown" };
    Some(format!(
        "{} {} · {} · {} to {} visual tokens · {images} · greedy, at most {} tokens · {} · {}",
        conditions.model,
        conditions.quantisation,
        conditions.backend,
        conditions.visual_tokens.min,
        conditions.visual_tokens.max,
        conditions.max_answer_tokens,
        conditions.rule,
        conditions.data_set.description(),
    ))
}
