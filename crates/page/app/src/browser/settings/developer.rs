use leptos::prelude::*;
use protocol::{BackendKind, Failure, Profile};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;

use crate::browser::page::{Page, page};
use crate::state::{ModelAct, profile};

/// Times of kernels, and a device to lose.
#[component]
pub(super) fn Developer() -> impl IntoView {
    let page = page();
    let is_on = page.slice(|state| state.profiling.is_on);
    let latest = page.slice(|state| state.profiling.latest.clone());
    let is_gpu = page.slice(|state| state.backend.chosen == Some(BackendKind::WebGpu));
    let is_rebuilding = page.slice(|state| state.rebuilding.is_some());
    let switch =
        move |event| page.model(ModelAct::SetProfiling(event_target::<HtmlInputElement>(&event).checked()));
    let copy = move |_| {
        if let Some(profile) = latest.get_untracked() {
            spawn_local(copy(page, profile::markdown(&profile)));
        }
    };
    view! {
        <details id="developer">
            <summary>"For developers"</summary>
            <div class="developer">
                <label class="check">
                    <input id="profiling" type="checkbox" prop:checked=is_on on:change=switch/>
                    "Profile the next answers"
                </label>
                <div class="developer-line">
                    <button
                        type="button"
                        id="lose-device"
                        disabled=move || !is_gpu.get() || is_rebuilding.get()
                        aria-describedby="lose-device-hint"
                        on:click=move |_| page.model(ModelAct::LoseDevice)
                    >
                        "Lose the device"
                    </button>
                    <p id="lose-device-hint" class="hint">
                        {move || if is_gpu.get() {
                            "As if the graphics driver had been reset: the model is loaded again and the answer goes on."
                        } else {
                            "Only where the model runs on WebGPU."
                        }}
                    </p>
                </div>
                <Show
                    when=move || latest.with(Option::is_some)
                    fallback=move || view! {
                        <p class="hint" hidden=move || !is_on.get()>"The times appear here after the next answer."</p>
                    }
                >
                    {move || latest.get().map(|profile| view! { <Times profile/> })}
                    <button type="button" id="profile-copy" on:click=copy>"Copy as Markdown"</button>
                </Show>
            </div>
        </details>
    }
}

/// One row per kernel; it scrolls in itself where it is wider than the panel.
#[component]
fn Times(profile: Profile) -> impl IntoView {
    let (rows, sum) = profile::lines(&profile);
    let is_empty = rows.is_empty();
    let cells = |line: profile::Line| {
        let [label, figures @ ..] = line;
        view! {
            <tr>
                <th scope="row">{label}</th>
                {figures.map(|figure| view! { <td>{figure}</td> })}
            </tr>
        }
    };
    view! {
        <h3 id="profile-title">{format!("Latest answer on {}", profile.backend)}</h3>

        <div class="table-frame profile-frame" hidden=is_empty tabindex="0" role="region" aria-labelledby="profile-title">
            <table id="profile" aria-labelledby="profile-title">
                <thead>
                    <tr>{profile::COLUMNS.map(|column| view! { <th scope="col">{column}</th> })}</tr>
                </thead>
                <tbody>{rows.into_iter().map(cells).collect_view()}</tbody>
                <tfoot>{cells(sum)}</tfoot>
            </table>
        </div>
        <p id="profile-note" class="hint">{profile::note(&profile)}</p>
    }
}

async fn copy(page: Page, text: String) {
    let copied = if window().is_secure_context() {
        JsFuture::from(window().navigator().clipboard().write_text(&text)).await
    } else {
        Err(JsValue::from_str("the page was not loaded over https"))
    };
    if let Err(error) = copied {
        page.show(Failure {
            message: format!("The table could not be copied ({error:?})."),
            remedy: "Allow this page to use the clipboard, or select the table and copy it.".into(),
        });
    }
}
