//! The browser's half of the page: components, the worker's client, and what comes in by drop, paste and file picker.

mod ask;
mod client;
mod intake;
mod page;
mod settings;
mod shell;

use leptos::prelude::*;

use ask::AskView;
use page::Page;
use settings::SettingsPanel;
use shell::{Announcer, Header, Message, PermanentLine, StatusLine};

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

    let model = page.slice(|state| state.model.name());
    let job = page.slice(|state| state.phase().name());
    view! {
        <Header/>
        <main id="app" data-model=move || model.get() data-job=move || job.get()>
            <Message/>
            <AskView/>
            <StatusLine/>
        </main>
        <PermanentLine/>
        <SettingsPanel/>
        <Announcer/>
    }
}
