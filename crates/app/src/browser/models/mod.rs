//! The Models view: this device, what is being fetched, what the store holds, the catalogue, and a person's own sources.

mod card;
mod downloads;
pub(crate) mod export;
pub(crate) mod facts;
mod own;
mod select;
mod stored;

use catalogue::Entry;
use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::State;
use crate::state::models::{Downloader, entries};
use card::ModelCard;
use downloads::DownloadsList;
use own::OwnSources;
use stored::Stored;

/// Models to choose from, and what becomes of them.
#[component]
pub(crate) fn ModelsView() -> impl IntoView {
    let page = page();
    let recommended = page.slice(State::recommended);
    view! {
        <section id="models" aria-labelledby="models-title">
            <ThisDevice/>
            <DownloadsList/>
            <Stored/>
            <section class="models-part" aria-labelledby="catalogue-title">
                <h2 id="catalogue-title">"Models to choose from"</h2>
                <div class="cards">
                    <For each=move || sorted(recommended.get()) key=|entry| entry.id.as_str() let:entry>
                        <ModelCard entry/>
                    </For>
                </div>
            </section>
            <OwnSources/>
        </section>
    }
}

/// The catalogue, with the one that is proposed first.
fn sorted(recommended: Option<&str>) -> Vec<&'static Entry> {
    let (first, others): (Vec<_>, Vec<_>) =
        entries().iter().partition(|entry| recommended == Some(entry.id.as_str()));
    [first, others].concat()
}

#[component]
fn ThisDevice() -> impl IntoView {
    let page = page();
    let device = page.slice(State::device_text);
    let space = page.slice(State::space_text);
    let persistence = page.slice(State::persistence_text);
    let died = page.slice(|state| match &state.models.downloader {
        Downloader::Died { why } => Some(format!("The downloads have stopped working: {why}")),
        Downloader::Starting | Downloader::Running => None,
    });
    view! {
        <div class="benchmark-head">
            <h1 id="models-title">"Models"</h1>
            <p>
                "A model is fetched once and kept in this browser. Downloads run apart from the rest of the page: they are told \
                addresses, never an image, a question or an answer."
            </p>
            <p id="models-device">{move || device.get()}</p>
            <p>
                <span id="models-space">{move || space.get()}</span>
                " "
                <span id="persist">{move || persistence.get()}</span>
            </p>
            <p id="downloader-died" class="error" role="alert" hidden=move || died.get().is_none()>
                {move || died.get()}
                " "
                <button type="button" id="downloader-restart" on:click=move |_| page.start_downloads()>"Start them again"</button>
            </p>
        </div>
    }
}
