use bench::report::{extent, visual_tokens};
use leptos::prelude::*;

use super::controls::RunButtons;
use super::data::DataPicker;
use super::exports::Exports;
use super::presets::NextRun;
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
    let done = page.slice(|state| match (&state.benchmark.stage, state.benchmark.progress()) {
        (Stage::Opening { .. }, _) => None,
        (_, progress) => Some(progress.map_or(0, |(done, _)| done).to_string()),
    });
    let total =
        page.slice(|state| Some(state.benchmark.progress().map_or(1, |(_, total)| total.max(1)).to_string()));
    let conditions = page.slice(conditions);
    view! {
        <section class="run" aria-label="Run">
            <div class="run-bar">
                <RunButtons/>
                <Exports/>
            </div>
            <DataPicker/>
            <NextRun/>
            <progress
                id="benchmark-progress"
                aria-label="Questions answered"
                value=done
                max=total
            ></progress>
            <Readings/>
            <div class="run-foot">
                <p id="benchmark-status" class:error=is_fault>{status}</p>
                <Show when=move || lacks_model.get()>
                    <Remedies/>
                </Show>
                <p id="benchmark-conditions" class="hint">{conditions}</p>
            </div>
        </section>
    }
}

/// What the figures on view depend on; before a run, what they would.
fn conditions(state: &State) -> Option<String> {
    let conditions = &state.benchmark.run.as_ref()?.conditions;
    let circular = if conditions.circular { " · circular" } else { "" };
    let images = if conditions.blank_images { "images blanked" } else { "images shown" };
    Some(format!(
        "{} {} · {} · {} visual tokens · {images} · greedy, at most {} tokens{circular} · {} · {}, {}",
        conditions.model,
        conditions.quantisation,
        conditions.backend,
        visual_tokens(conditions.visual_tokens),
        conditions.max_answer_tokens,
        conditions.rule,
        conditions.data_set.description(),
        extent(conditions.selection),
    ))
}
