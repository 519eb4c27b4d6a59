use download::{ModelKey, StoredModel};
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::export::export;
use crate::browser::keyed::{Key, Keyed};
use crate::browser::page::page;
use crate::format;
use crate::state::State;
use crate::state::models::{StoreAct, all_keys, whole_bytes};

/// What is asked before something is deleted: which models, and how they are called.
type Asked = RwSignal<Option<(Vec<ModelKey>, String)>>;

/// Models in the store.
#[component]
pub(super) fn Stored() -> impl IntoView {
    let page = page();
    let asked: Asked = RwSignal::new(None);
    let stored = page.slice(|state| models(state).iter().map(|model| (0, revision(model))).collect());
    let is_looked_up = page.slice(|state| state.models.stored.is_some());
    let row = move |(_, key): Key| {
        let model = page.peek(|state| models(state).iter().find(|model| revision(model) == key).cloned());
        model.map(|model| view! { <One model asked/> }).into_any()
    };
    let n_keys = page.slice(|state| all_keys(state).len());
    let is_empty = move || stored.with(Vec::is_empty);
    let delete_all = move |_| {
        let keys = page.peek(all_keys);
        let what = match keys.len() {
            1 => "the one model, with what is unfinished,".to_owned(),
            n => format!("all {n} models, unfinished ones too,"),
        };
        asked.set(Some((keys, what)));
    };
    view! {
        <section id="stored" class="models-part" aria-labelledby="stored-title">
            <div class="row-head">
                <h2 id="stored-title">"In this browser"</h2>
                <button type="button" id="delete-all" hidden=move || n_keys.get() == 0 on:click=delete_all>"Delete all"</button>
            </div>
            <p class="hint" hidden=move || !is_empty()>
                {move || if is_looked_up.get() { "No model is stored yet." } else { "Looking into the store." }}
            </p>
            <Keyed keys=stored row/>
            <Confirm asked/>
        </section>
    }
}

fn models(state: &State) -> &[StoredModel] {
    state.models.stored.as_deref().unwrap_or_default()
}

/// What is shown of a model changes with its date alone.
fn revision(model: &StoredModel) -> String {
    format!("{} {}", model.key.0, model.used_at_secs.to_bits())
}

#[component]
fn One(model: StoredModel, asked: Asked) -> impl IntoView {
    let page = page();
    let model = StoredValue::new(model);
    let key = model.with_value(|model| model.key.clone());
    let is_open = page.slice({
        let key = key.clone();
        move |state| state.open_stored() == Some(&key) && state.model.info().is_some()
    });
    let is_opening = page.slice(move |state| state.models.is_opening(&key));
    let is_busy = page.slice(|state| state.is_busy());
    let key = move || model.with_value(|model| model.key.clone());
    let delete = move |_| {
        asked.set(Some(model.with_value(|model| (vec![model.key.clone()], format!("“{}”", model.title)))))
    };
    view! {
        <article class="stored" data-key=key().0>
            <div class="row-head">
                <h3>{model.with_value(|model| model.title.clone())}</h3>
                <span class="stage" hidden=move || !is_open.get()>"Open"</span>
                <div class="row-acts">
                    <button
                        type="button"
                        class="open"
                        disabled=move || is_open.get() || is_opening.get() || is_busy.get()
                        on:click=move |_| page.store(StoreAct::Open(key()))
                    >
                        {move || if is_opening.get() { "Opening" } else { "Open" }}
                    </button>
                    <button type="button" class="check" disabled=is_busy on:click=move |_| page.store(StoreAct::Check(key()))>"Check"</button>
                    <button type="button" class="export" on:click=move |_| export(page, model.get_value())>"Export"</button>
                    <button type="button" class="delete" disabled=is_busy on:click=delete>"Delete"</button>
                </div>
            </div>
            <p class="figures">
                <span class="size">{model.with_value(|model| format::bytes(whole_bytes(model)))}</span>
                <span class="last-use">{model.with_value(|model| format!("used {}", date(model.used_at_secs)))}</span>
            </p>
        </article>
    }
}

#[component]
fn Confirm(asked: Asked) -> impl IntoView {
    let page = page();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (asked.with(Option::is_some), dialog.open()) {
            // It is an error only where the dialog is open already.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let yes = move |_| {
        if let Some((keys, _)) = asked.get_untracked() {
            asked.set(None);
            page.store(StoreAct::Delete(keys));
        }
    };
    view! {
        <dialog id="confirm-delete" node_ref=dialog aria-labelledby="confirm-title" on:close=move |_| asked.set(None)>
            <p id="confirm-title">
                {move || asked.with(|asked| asked.as_ref().map(|(_, what)| format!("Delete {what} from this browser?")))}
            </p>
            <p class="hint">"To use it again it has to be fetched again. A model that is open is closed first."</p>
            <div class="row-acts">
                <button type="button" id="confirm-delete-no" on:click=move |_| asked.set(None)>"Keep"</button>
                <button type="button" id="confirm-delete-yes" class="primary" on:click=yes>"Delete"</button>
            </div>
        </dialog>
    }
}

/// `29 Nov 2026, 16:05`, by this machine's clock.
fn date(secs: f64) -> String {
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // An option that cannot be set leaves the date longer.
        drop(js_sys::Reflect::set(&options, &name.into(), &value.into()));
    }
    js_sys::Date::new(&JsValue::from_f64(secs * 1000.0)).to_locale_string("en-GB", &options).into()
}
