use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::{Reading, Readings, State};

/// What answers, and what the latest answer cost.
#[component]
pub(crate) fn StatusLine() -> impl IntoView {
    let page = page();
    let of_model = |part: fn(&protocol::ModelInfo) -> String| {
        page.slice(move |state| state.model.info().map_or_else(|| "–".into(), part))
    };
    let visual_tokens = page.slice(|state| {
        state.readings.n_visual_tokens.map_or_else(|| "–".to_owned(), |n_tokens| n_tokens.to_string())
    });
    view! {
        <section id="status" aria-label="Status">
            <dl>
                <Plain id="status-model" label="Model" value=of_model(|info| info.name.clone())/>
                <Plain id="status-quantisation" label="Quantisation" value=of_model(|info| info.quantisation.clone())/>
                <Plain id="status-backend" label="Backend" value=of_model(|info| info.backend.clone())/>
                <Plain id="status-visual-tokens" label="Visual tokens" value=visual_tokens/>
                <Timed id="status-encoding" label="Image encoding" text=Readings::encoding_text part=|state| state.readings.encoding/>
                <Timed id="status-prefill" label="Prefill" text=Readings::prefill_text part=|state| state.readings.prefill/>
                <Timed id="status-decoding" label="Decoding" text=Readings::decoding_text part=|state| state.readings.decoding/>
            </dl>
        </section>
    }
}

#[component]
fn Plain(id: &'static str, label: &'static str, value: Memo<String>) -> impl IntoView {
    view! {
        <div class="cell">
            <dt>{label}</dt>
            <dd id=id title=value>{value}</dd>
        </div>
    }
}

/// One of the three times a person waits for: its figure, and a bar that keeps its place when there is nothing to show.
#[component]
fn Timed(
    id: &'static str,
    label: &'static str,
    text: fn(&Readings) -> String,
    part: fn(&State) -> Reading,
) -> impl IntoView {
    let page = page();
    let value = page.slice(move |state| text(&state.readings));
    let reading = page.slice(part);
    let is_running = move || matches!(reading.get(), Reading::Running { .. });
    let fraction = move || reading.get().fraction();
    view! {
        <div class="cell timed" data-running=move || is_running().then_some("")>
            <dt>{label}</dt>
            <dd id=id>{value}</dd>
            <progress
                aria-label=label
                hidden=move || !is_running()
                value=move || fraction().map(|(done, _)| done.to_string())
                max=move || fraction().map_or("1".to_owned(), |(_, total)| total.to_string())
            ></progress>
        </div>
    }
}
