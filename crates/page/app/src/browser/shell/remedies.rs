use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::{ModelAct, ModelState, State, WorkerState};

/// Buttons that bring a model back, where there is none.
#[component]
pub(crate) fn Remedies() -> impl IntoView {
    let page = page();
    let died = page.slice(|state| state.worker == WorkerState::Died);
    let no_model = page.slice(|state| {
        state.worker != WorkerState::Died && matches!(state.model, ModelState::Absent | ModelState::Failed(_))
    });
    let can_reload = page.slice(State::lost_a_model_of_files);
    view! {
        <Show when=move || died.get()>
            <button type="button" class="model-restart" on:click=move |_| page.model(ModelAct::Reload)>"Restart"</button>
        </Show>
        <Show when=move || can_reload.get()>
            <button type="button" class="model-reload" on:click=move |_| page.model(ModelAct::Reload)>"Load it again"</button>
        </Show>
        <Show when=move || no_model.get()>
            <button type="button" class="load-bundled" on:click=move |_| page.model(ModelAct::LoadBundled)>"Load the bundled model"</button>
        </Show>
    }
}
