//! The browser's half of the page: components, the worker's client, and what comes in by drop, paste and file picker.

mod ask;
mod benchmark;
mod client;
mod device;
mod downloads;
mod intake;
mod keyed;
mod models;
mod navigation;
mod page;
mod pixels;
mod saving;
mod settings;
mod shell;
mod tab;

use leptos::prelude::*;

use ask::AskView;
use benchmark::BenchmarkView;
use models::ModelsView;
use page::Page;
use settings::SettingsPanel;
use shell::{Announcer, Header, Message, PermanentLine, RebuildingNotice, StatusLine};

use crate::state::View;
use crate::state::backend::kind_name;

/// Puts the page in place of the static shell that `index.html` shows while this code loads.
pub fn mount() {
    console_error_panic_hook::set_once();
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
    leptos::mount::mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let page = Page::new();
    provide_context(page);
    page.start();
    intake::listen(page);
    navigation::listen(page);

    let model = page.slice(|state| state.model.name());
    let job = page.slice(|state| state.phase().name());
    let backend = page.slice(|state| state.backend.chosen.map(kind_name));
    let view = page.slice(|state| state.view.current);
    let vision = page.slice(|state| state.vision_name());
    let downloader = page.slice(|state| state.models.downloader.name());
    let is_benchmark_made = page.slice(|state| state.view.is_benchmark_made);
    let is_models_made = page.slice(|state| state.view.is_models_made);
    view! {
        <Header/>
        <main
            id="app"
            data-view=move || view.get().name()
            data-model=model
            data-job=job
            data-backend=backend
            data-vision=vision
            data-downloader=downloader
        >
            <Message/>
            <RebuildingNotice/>
            <div class="view" hidden=move || view.get() != View::Ask>
                <AskView/>
                <StatusLine/>
            </div>
            <Show when=move || is_models_made.get()>
                <div class="view" hidden=move || view.get() != View::Models>
                    <ModelsView/>
                </div>
            </Show>
            <Show when=move || is_benchmark_made.get()>
                <div class="view" hidden=move || view.get() != View::Benchmark>
                    <BenchmarkView/>
                </div>
            </Show>
        </main>
        <PermanentLine/>
        <SettingsPanel/>
        <Announcer/>
    }
}
