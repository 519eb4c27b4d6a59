//! The Models view: this device, what is being fetched, what the store holds, the catalogue, and a person's own sources.

mod card;
mod downloads;
mod export;
mod own;
mod select;
mod stored;

use leptos::prelude::*;

use crate::browser::keyed::{Key, Keyed};
use crate::browser::page::page;
use crate::state::State;
use crate::state::models::{Downloader, StoreAct, entries};
use card::ModelCard;
use downloads::DownloadsList;
use own::OwnSources;
use stored::Stored;

/// Models to choose from, and what becomes of them.
#[component]
pub(crate) fn ModelsView() -> impl IntoView {
    let page = page();
    let entries = page.slice(|state| sorted(state.recommended()));
    view! {
        <section id="models" aria-labelledby="models-title">
            <ThisDevice/>
            <DownloadsList/>
            <Stored/>
            <section class="models-part" aria-labelledby="catalogue-title">
                <h2 id="catalogue-title">"Models to choose from"</h2>
                <div class="cards">
                    <Keyed keys=entries row=card/>
                </div>
            </section>
            <OwnSources/>
        </section>
    }
}

/// The catalogue, with the one that is proposed first.
fn sorted(recommended: Option<&str>) -> Vec<Key> {
    let keys = (0..).zip(entries()).map(|(place, entry)| (place, entry.id.clone()));
    let (mut first, others): (Vec<_>, Vec<_>) = keys.partition(|(_, id)| recommended == Some(id.as_str()));
    first.extend(others);
    first
}

fn card((place, _): Key) -> AnyView {
    entries().get(place as usize).map(|entry| view! { <ModelCard entry/> }).into_any()
}

#[component]
fn ThisDevice() -> impl IntoView {
    let page = page();
    let device = page.slice(State::device_text);
    let space = page.slice(State::space_text);
    let persistence = page.slice(State::persistence_text);
    let died = page.slice(|state| match &state.models.downloader {
        Downloader::Died { why } => Some(format!("The downloads have stopped working: {why}")),
        Downloader::Idle | Downloader::Starting | Downloader::Running => None,
    });
    view! {
        <div class="benchmark-head">
            <h1 id="models-title">"Models"</h1>
            <p>
                "A model is fetched once and kept in this browser. Downloads run apart from the rest of the page: they are told \
                addresses, never an image, a question or an answer."
            </p>
            <p id="models-device">{device}</p>
            <p>
                <span id="models-space">{space}</span>
                " "
                <span id="persist">{persistence}</span>
            </p>
            <p id="downloader-died" class="error" role="alert" hidden=move || died.get().is_none()>
                {died}
                " "
                <button type="button" id="downloader-restart" on:click=move |_| page.store(StoreAct::RestartDownloader)>"Start them again"</button>
            </p>
        </div>
    }
}
