use catalogue::{Entry, Fit, Score, Source, page_of};
use leptos::prelude::*;

use super::select::Select;
use crate::browser::page::page;
use crate::format;
use crate::state::models::{acts, allowed};

/// One model of the catalogue: what it is, whether this device carries it, and the way to it.
#[component]
pub(super) fn ModelCard(entry: &'static Entry) -> impl IntoView {
    let page = page();
    let (text, vision) = (RwSignal::new(0), RwSignal::new(0));
    let card = page.slice(move |state| state.card(entry, text.get(), vision.get()));
    let is_recommended = page.slice(move |state| state.recommended() == Some(entry.id.as_str()));
    let variants = Memo::new(move |_| card.with(|card| card.variants.clone()));
    let fit = Memo::new(move |_| card.with(|card| card.fit.clone()));
    let failure = Memo::new(move |_| card.with(|card| card.failure.clone()));
    let title_id = format!("model-{}", entry.id);
    let labelled_by = title_id.clone();
    let choose = move || {
        variants.get().map(|(texts, visions)| {
            view! {
                <Select id=format!("text-{}", entry.id) class="variant" label="Text model" options=texts chosen=text/>
                <Select id=format!("vision-{}", entry.id) class="variant-vision" label="Image part" options=visions chosen=vision/>
            }
        })
    };
    view! {
        <article
            class="model-card"
            data-entry=entry.id.as_str()
            data-recommended=move || is_recommended.get().then_some("")
            aria-labelledby=labelled_by
        >
            <div class="card-head">
                <h3 id=title_id>{entry.title.as_str()}</h3>
                <span class="best" hidden=move || !is_recommended.get()>"Best choice here"</span>
            </div>
            <p>{entry.purpose.as_str()}</p>
            <Facts entry/>
            <p class="card-size">{move || card.with(|card| card.size.clone())}</p>
            {move || fit.get().map(fit_view)}
            {entry.note.as_deref().map(|note| view! { <p class="hint">{note}</p> })}
            {choose}
            <p class="error" role="alert" hidden=move || failure.get().is_none()>
                {move || failure.get().map(|it| format!("{} {}", it.message, it.remedy))}
            </p>
            <Acts entry text vision/>
            {entry.pack().map(|(_, command)| view! {
                <details class="pack">
                    <summary>"How to make a pair of its safetensors"</summary>
                    <p class="hint">"Fetch the folder from the address above, then run the project’s command-line program there, and open the two files it writes:"</p>
                    <code>{command}</code>
                </details>
            })}
        </article>
    }
}

pub(super) fn fit_view(fit: Fit) -> impl IntoView {
    view! {
        <div class="card-fit">
            <span class="fit" data-verdict=fit.verdict.name()>{fit.verdict.label()}</span>
            {fit.reasons.into_iter().map(|reason| view! { <p class="hint">{reason}</p> }).collect_view()}
        </div>
    }
}

#[component]
fn Facts(entry: &'static Entry) -> impl IntoView {
    let score = |score: &'static Score| {
        let (share, of) =
            (format::percent(score.share()), format!("{}, {} of {}", score.benchmark, score.hits, score.n));
        view! {
            <dt>"Published score"</dt>
            <dd>{share}<span class="score-of">{of}</span><span class="score-of">{score.source.as_str()}</span></dd>
        }
    };
    view! {
        <dl class="facts">
            <dt>"Parameters"</dt><dd>{format::parameters(entry.n_parameters)}</dd>
            <dt>"Licence"</dt><dd>{entry.licence.as_str()}</dd>
            {entry.score.as_ref().map(score)}
        </dl>
    }
}

#[component]
fn Acts(entry: &'static Entry, text: RwSignal<usize>, vision: RwSignal<usize>) -> impl IntoView {
    let page = page();
    let card = page.slice(move |state| state.card(entry, 0, 0));
    let is_busy = page.slice(|state| state.is_busy());
    let stored = Memo::new(move |_| card.with(|card| card.stored.clone()));
    let is_asked = Memo::new(move |_| card.with(|card| card.is_asked));
    let is_fetching = Memo::new(move |_| card.with(|card| card.is_fetching));
    let is_listed = Memo::new(move |_| card.with(|card| card.variants.is_some()));
    let can_fetch = entry.repositories().next();
    let is_bundled = entry.is_bundled();
    let open = move |_| match stored.get_untracked() {
        Some(key) => page.open_stored(&key),
        None => page.load_bundled(),
    };
    let link = |source: &'static Source| match source {
        Source::Repository { place, .. } | Source::Pack { place, .. } => {
            let address = page_of(place);
            let name = address.trim_start_matches("https://").to_owned();
            Some(view! { <a class="source" href=address target="_blank" rel="noreferrer">{name}</a> })
        }
        Source::Bundled { .. } => None,
    };
    view! {
        <div class="card-acts">
            <button
                type="button"
                class="open primary"
                hidden=move || !is_bundled && stored.get().is_none()
                disabled=move || is_busy.get()
                on:click=open
            >
                "Open"
            </button>
            {can_fetch.map(|_| view! {
                <button
                    type="button"
                    class="fetch"
                    class:primary=move || stored.get().is_none()
                    disabled=move || is_fetching.get() || is_asked.get()
                    on:click=move |_| page.change(|state| acts::fetch_entry(state, &entry.id, text.get_untracked(), vision.get_untracked()))
                >
                    {move || match (is_fetching.get(), stored.get()) {
                        (true, _) => "Downloading",
                        (false, Some(_)) => "Download another",
                        (false, None) => "Download",
                    }}
                </button>
                <button
                    type="button"
                    class="look"
                    hidden=move || is_listed.get()
                    disabled=move || is_asked.get()
                    on:click=move |_| page.change(|state| acts::look(state, &entry.id, false))
                >
                    {move || if is_asked.get() { "Asking" } else { "Show sizes" }}
                </button>
            })}
        </div>
        {can_fetch.map(|place| view! {
            <p class="hint" hidden=move || is_listed.get()>{format!("Either asks {}; nothing is asked before.", allowed(place))}</p>
        })}
        <p class="sources">{entry.sources.iter().map(link).collect_view()}</p>
    }
}
