use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;

use super::select::Select;
use crate::browser::page::page;
use crate::state::models::{Listing, StoreAct};

/// Models that the catalogue does not know: a repository, two addresses or a manifest, files on disk.
#[component]
pub(super) fn OwnSources() -> impl IntoView {
    view! {
        <section class="models-part" aria-labelledby="own-title">
            <h2 id="own-title">"Your own"</h2>
            <div class="own-sources">
                <Repository/>
                <Addresses/>
                <div class="own">
                    <h3>"From disk"</h3>
                    <p class="hint">
                        "Drop the files anywhere on this page, or choose them: the text model (whole or in pieces) and its mmproj, in any \
                        order. They are read where they are and not copied."
                    </p>
                    <div class="row-acts">
                        <label for="model-input" class="button">"Choose files"</label>
                    </div>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Repository() -> impl IntoView {
    let page = page();
    let field = NodeRef::<Input>::new();
    let (text, vision) = (RwSignal::new(0), RwSignal::new(0));
    let listing = page.slice(|state| state.models.own.clone());
    let is_asked = move || {
        listing.with(|it| it.as_ref().is_some_and(|it| it.choice().is_none() && it.failure().is_none()))
    };
    let failure = move || listing.with(|it| it.as_ref().and_then(Listing::failure).cloned());
    let verdict = page.slice(move |state| state.own_fit(text.get(), vision.get()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        text.set(0);
        vision.set(0);
        page.store(StoreAct::ListOwn(name));
    };
    let choices = move || {
        let labels = listing.with(|it| it.as_ref().and_then(Listing::labels));
        labels.map(|(texts, visions)| {
            view! {
                <Select id="listing-text".into() class="listing" label="Text model" options=texts chosen=text/>
                <Select id="listing-vision".into() class="listing" label="Image part" options=visions chosen=vision/>
            }
        })
    };
    let has_choice = move || listing.with(|it| it.as_ref().is_some_and(|it| it.choice().is_some()));
    view! {
        <form id="own-repository" class="own" on:submit=submit>
            <h3>"From a hub"</h3>
            <div class="field">
                <label for="repository">"Repository, or the address of its page"</label>
                <input id="repository" node_ref=field type="text" placeholder="owner/repository" autocomplete="off" spellcheck="false"/>
            </div>
            <p class="hint">"Asks huggingface.co which GGUF files there are, or modelscope.cn where the address is from there."</p>
            <div class="row-acts">
                <button type="submit" disabled=is_asked>{move || if is_asked() { "Asking" } else { "List files" }}</button>
            </div>
            <p class="error" role="alert" hidden=move || failure().is_none()>
                {move || failure().map(|it| format!("{} {}", it.message, it.remedy))}
            </p>
            <div id="listing" hidden=move || !has_choice()>
                {choices}
                {move || verdict.get().map(|(size, fit)| view! {
                    <p class="card-size">{size}</p>
                    {super::card::fit_view(fit)}
                })}
                <div class="row-acts">
                    <button
                        type="button"
                        id="listing-fetch"
                        class="primary"
                        on:click=move |_| page.store(StoreAct::FetchOwn { text: text.get_untracked(), vision: vision.get_untracked() })
                    >
                        "Download"
                    </button>
                </div>
            </div>
        </form>
    }
}

#[component]
fn Addresses() -> impl IntoView {
    let page = page();
    let (text, vision) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let value = |field: NodeRef<Input>| field.get_untracked().map(|field| field.value()).unwrap_or_default();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        page.store(StoreAct::FetchAddresses { text: value(text), vision: value(vision) });
    };
    view! {
        <form id="own-addresses" class="own" on:submit=submit>
            <h3>"From addresses"</h3>
            <div class="field">
                <label for="text-address">"Text model, or a manifest (.json)"</label>
                <input id="text-address" node_ref=text type="text" inputmode="url" placeholder="https://" autocomplete="off" spellcheck="false"/>
            </div>
            <div class="field">
                <label for="vision-address">"Image part (mmproj)"</label>
                <input id="vision-address" node_ref=vision type="text" inputmode="url" placeholder="https://" autocomplete="off" spellcheck="false"/>
            </div>
            <p class="hint">
                "The host must let other pages read its files (CORS). A server on this machine may be http://127.0.0.1 or http://localhost."
            </p>
            <div class="row-acts">
                <button type="submit" id="addresses-fetch" class="primary">"Download"</button>
            </div>
        </form>
    }
}
