//! The settings panel: a dialog over the page's right edge.

mod backend;
mod developer;

use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use protocol::Turns;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement};

use backend::WhereItRuns;
use developer::Developer;

use super::page::page;
use crate::format;
use crate::state::{Field, Input, ModelAct};

/// Opens the panel.
pub(crate) fn open() {
    if let Some(dialog) =
        document().get_element_by_id("settings").and_then(|it| it.dyn_into::<HtmlDialogElement>().ok())
    {
        // It is an error only where the dialog is open already, and then all is well.
        drop(dialog.show_modal());
    }
}

/// Detail, sampling, length, follow-ups, where the model runs, its facts, and what developers look at.
#[component]
pub(crate) fn SettingsPanel() -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let close = move || {
        if let Some(dialog) = dialog.get() {
            dialog.close();
        }
    };
    // A press beside the panel lands on the dialog itself, its backdrop included.
    let close_outside = move |event: MouseEvent| {
        let on_backdrop = dialog.get().is_some_and(|dialog| event.target().as_ref() == Some(dialog.as_ref()));
        if on_backdrop {
            close();
        }
    };
    view! {
        <dialog id="settings" node_ref=dialog aria-labelledby="settings-title" on:click=close_outside>
            <div class="panel">
                <div class="panel-head">
                    <h2 id="settings-title">"Settings"</h2>
                    <button type="button" id="settings-close" on:click=move |_| close()>"Close"</button>
                </div>
                <fieldset>
                    <legend>"Detail"</legend>
                    <p class="hint">"An image becomes visual tokens, one for 28 × 28 pixels. More show finer detail and take longer. Empty fields leave it to the model."</p>
                    {Field::DETAIL.map(|field| view! { <Number field/> })}
                </fieldset>
                <fieldset>
                    <legend>"Answer"</legend>
                    {Field::SAMPLING.map(|field| view! { <Number field/> })}
                </fieldset>
                <fieldset>
                    <legend>"Conversation"</legend>
                    <FollowUp/>
                </fieldset>
                <WhereItRuns/>
                <ModelFacts/>
                <Developer/>
            </div>
        </dialog>
    }
}

/// One number. What cannot be taken is said below it, and the last good value stays in force.
#[component]
fn Number(field: Field) -> impl IntoView {
    let page = page();
    let error = page.slice(move |state| state.refused.get(&field).cloned());
    let value = page.slice(move |state| field.read(&state.settings));
    let own = page.slice(move |state| {
        let info = state.model.info()?;
        match field {
            Field::DetailMin => Some(info.min_visual_tokens.to_string()),
            Field::DetailMax => Some(info.max_visual_tokens.to_string()),
            _ => None,
        }
    });
    let write = move |event| {
        page.input(Input::Set(field, event_target_value(&event)));
    };
    let (least, most, step) = field.range();
    let id = field.id();
    let hint_id = format!("{id}-hint");
    view! {
        <div class="number">
            <label for=id>{field.label()}</label>
            <input
                id=id
                type="number"
                inputmode="decimal"
                min=least.to_string()
                max=most.to_string()
                step=step.to_string()
                placeholder=own
                prop:value=value
                aria-describedby=hint_id.clone()
                aria-invalid=move || error.get().map(|_| "true")
                on:change=write
            />
            <span class="hint" id=hint_id class:error=move || error.get().is_some()>
                {move || error.get().unwrap_or_else(|| field.hint().into())}
            </span>
        </div>
    }
}

#[component]
fn FollowUp() -> impl IntoView {
    let page = page();
    let follows = page.slice(|state| state.settings.turns == Turns::FollowUp);
    let change = move |event| {
        let follow = event_target::<HtmlInputElement>(&event).checked();
        page.input(Input::SetTurns(if follow { Turns::FollowUp } else { Turns::Single }));
    };
    view! {
        <label class="check">
            <input id="follow-up" type="checkbox" prop:checked=follows on:change=change/>
            "Follow-up questions"
        </label>
        <p class="hint">"The model sees the earlier questions and answers. The bundled model was trained on single questions: for it this is off."</p>
    }
}

#[component]
fn ModelFacts() -> impl IntoView {
    let page = page();
    let info = page.slice(|state| state.model.info().cloned());
    let waited = page.slice(|state| state.load_text());
    let busy = page.slice(|state| state.is_busy());
    let facts = move || {
        info.get().map(|info| {
            view! {
                <dl class="facts">
                    <dt>"Name"</dt><dd>{info.name}</dd>
                    <dt>"Quantisation"</dt><dd>{info.quantisation}</dd>
                    <dt>"Parameters"</dt><dd>{format::parameters(info.n_parameters)}</dd>
                    <dt>"Files"</dt><dd>{format::bytes(info.n_bytes)}</dd>
                    <dt>"Visual tokens"</dt><dd>{format!("{} to {} per image", info.min_visual_tokens, info.max_visual_tokens)}</dd>
                    <dt>"Loaded in"</dt><dd>{waited}</dd>
                    {info.heap_bytes.map(|n| view! {
                        <dt>"Memory of the tab"</dt><dd id="heap" data-bytes=n.to_string()>{format::bytes(n)}</dd>
                    })}
                </dl>
            }
        })
    };
    view! {
        <section class="model-facts">
            <h3>"Model"</h3>
            {facts}
            <button type="button" disabled=busy on:click=move |_| page.model(ModelAct::LoadBundled)>
                "Load the bundled model"
            </button>
        </section>
    }
}
