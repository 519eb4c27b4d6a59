use leptos::ev::MouseEvent;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::browser::page::{now_secs, page};
use crate::browser::{intake, settings};
use crate::state::{Input, ModelState, State, View, WorkerState};

/// The views, the model with its state, and what opens the settings.
#[component]
pub(crate) fn Header() -> impl IntoView {
    view! {
        <header>
            <p class="brand">"Qwen2-VL-Med"</p>
            <Views/>
            <ModelBadge/>
            <ModelPicker/>
            <button type="button" id="settings-toggle" aria-haspopup="dialog" on:click=move |_| settings::open()>
                "Settings"
            </button>
        </header>
    }
}

/// One link per view; the benchmark's also says how far its run is.
#[component]
fn Views() -> impl IntoView {
    let page = page();
    let current = page.slice(|state| state.view.current);
    let progress = page.slice(|state| {
        let (n_asked, n_total) = state.benchmark.progress()?;
        let is_under_way = state.benchmark.stage.is_under_way();
        is_under_way.then(|| format!("{}\u{a0}%", 100 * n_asked / n_total.max(1)))
    });
    let follow = move |event: MouseEvent, view| {
        // With a modifier the browser opens another tab.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
            event.prevent_default();
            page.input(Input::Go(view));
        }
    };
    let link = move |view: View| {
        let badge = (view == View::Benchmark).then(|| {
            view! {
                <span class="nav-progress" hidden=move || progress.get().is_none()>
                    {progress}
                </span>
            }
        });
        view! {
            <a
                id=format!("view-{}", view.name())
                href=view.hash()
                aria-current=move || (current.get() == view).then_some("page")
                on:click=move |event| follow(event, view)
            >
                {view.title()}
                {badge}
            </a>
        }
    };
    view! { <nav aria-label="Views">{View::ALL.map(link)}</nav> }
}

/// Name and state of the model; a bar along the header's edge while one is loaded.
#[component]
fn ModelBadge() -> impl IntoView {
    let page = page();
    let model = page.slice(|state| state.model.clone());
    let died = page.slice(|state| state.worker == WorkerState::Died);
    let ready = page.slice(State::ready_text);
    let waited = page.slice(State::load_text);
    let vision = page.slice(|state| state.vision.bytes().filter(|_| state.model.info().is_some()));
    let state = move || model.with(ModelState::name);
    let name = move || {
        model.with(|model| match model {
            ModelState::Absent => "No model".to_owned(),
            ModelState::Failed(_) => if died.get() { "Model" } else { "No model" }.to_owned(),
            ModelState::Loading(loading) => loading.title.clone(),
            ModelState::Ready(info) => info.name.clone(),
        })
    };
    let text = move || {
        model.with(|model| match model {
            ModelState::Absent => String::new(),
            ModelState::Failed(_) if died.get() => "has stopped working".into(),
            ModelState::Failed(_) => "could not be loaded".into(),
            ModelState::Loading(loading) => loading.text(now_secs()),
            ModelState::Ready(_) => ready.get().unwrap_or_default(),
        })
    };
    let bytes = move || {
        model.with(|model| match model {
            ModelState::Loading(loading) if loading.bytes_total() > 0 => {
                Some((loading.bytes_done(), loading.bytes_total()))
            }
            _ => vision.get(),
        })
    };
    let is_loading =
        move || vision.get().is_some() || model.with(|model| matches!(model, ModelState::Loading(_)));
    view! {
        <div class="model-badge" data-state=state>
            <span class="lamp" aria-hidden="true"></span>
            <span class="model-lines">
                <span id="model-name" title=name>{name}</span>
                <span id="load-text" title=waited>{text}</span>
            </span>
        </div>
        <progress
            id="load-progress"
            aria-label="Loading the model"
            hidden=move || !is_loading()
            value=move || bytes().map(|(done, _)| done.to_string())
            max=move || bytes().map_or("1".to_owned(), |(_, total)| total.to_string())
        ></progress>
    }
}

#[component]
fn ModelPicker() -> impl IntoView {
    let page = page();
    let busy = page.slice(|state| state.is_busy());
    let pick = move |event: web_sys::Event| {
        let files = intake::picked(&event_target::<HtmlInputElement>(&event));
        if !files.is_empty() {
            page.load_files(files);
        }
    };
    view! {
        <span class="file-button">
            <input
                id="model-input"
                class="visually-hidden"
                type="file"
                multiple=true
                accept=".gguf"
                disabled=busy
                on:change=pick
            />
            <label for="model-input" title="Choose a GGUF pair: the text model and its mmproj, in any order">
                "Open model"
            </label>
        </span>
    }
}
