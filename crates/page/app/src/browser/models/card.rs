use catalogue::{Entry, Fit, Score, Source, page_of};
use leptos::prelude::*;

use super::select::Select;
use crate::browser::page::page;
use crate::format;
use crate::state::ModelAct;
use crate::state::models::{Card, StoreAct, allowed};

/// One model of the catalogue: what it is, whether this device carries it, and the way to it.
#[component]
pub(super) fn ModelCard(entry: &'static Entry) -> impl IntoView {
    let page = page();
    let (text, vision) = (RwSignal::new(0), RwSignal::new(0));
    let card = page.slice(move |state| state.card(entry, text.get(), vision.get()));
    let is_recommended = page.slice(move |state| state.recommended() == Some(entry.id.as_str()));
    let variants = part(card, |card| card.variants.clone());
    let fit = part(card, |card| card.fit.clone());
    let size = part(card, |card| card.size.clone());
    let is_fine = part(card, |card| card.failure.is_none());
    let failure = part(card, |card| {
        card.failure.as_ref().map(|it| format!("{} {}", it.message, it.remedy)).unwrap_or_default()
    });
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
            <p class="card-size">{size}</p>
            {move || fit.get().map(fit_view)}
            {entry.note.as_deref().map(|note| view! { <p class="hint">{note}</p> })}
            {choose}
            <p class="error" role="alert" hidden=is_fine>{failure}</p>
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

/// A part of a card; what depends on it runs again only when that part changes. The part is chosen by a plain function, so that
/// this is compiled once for each type.
fn part<T: PartialEq + Send + Sync + 'static>(card: Memo<Card>, part: fn(&Card) -> T) -> Memo<T> {
    Memo::new(move |_| card.with(part))
}

#[component]
fn Acts(entry: &'static Entry, text: RwSignal<usize>, vision: RwSignal<usize>) -> impl IntoView {
    let page = page();
    let card = page.slice(move |state| state.card(entry, 0, 0));
    let is_busy = page.slice(|state| state.is_busy());
    let is_missing = part(card, |card| card.stored.is_none());
    let is_asked = part(card, |card| card.is_asked);
    let is_under_way = part(card, |card| card.is_fetching || card.is_asked);
    let is_listed = part(card, |card| card.variants.is_some());
    let fetch_label = part(card, |card| match (card.is_fetching, &card.stored) {
        (true, _) => "Downloading",
        (false, Some(_)) => "Download another",
        (false, None) => "Download",
    });
    let look_label = part(card, |card| if card.is_asked { "Asking" } else { "Show sizes" });
    let can_fetch = entry.repositories().next();
    let is_bundled = entry.is_bundled();
    let open = move |_| match card.with_untracked(|card| card.stored.clone()) {
        Some(key) => page.store(StoreAct::Open(key)),
        None => page.model(ModelAct::LoadBundled),
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
                hidden=move || !is_bundled && is_missing.get()
                disabled=is_busy
                on:click=open
            >
                "Open"
            </button>
            {can_fetch.map(|_| view! {
                <button
                    type="button"
                    class="fetch"
                    class:primary=is_missing
                    disabled=is_under_way
                    on:click=move |_| page.store(StoreAct::Fetch { id: entry.id.clone(), text: text.get_untracked(), vision: vision.get_untracked() })
                >
                    {fetch_label}
                </button>
                <button
                    type="button"
                    class="look"
                    hidden=is_listed
                    disabled=is_asked
                    on:click=move |_| page.store(StoreAct::Look(entry.id.clone()))
                >
                    {look_label}
                </button>
            })}
        </div>
        {can_fetch.map(|place| view! {
            <p class="hint" hidden=is_listed>{format!("Either asks {}; nothing is asked before.", allowed(place))}</p>
        })}
        <p class="sources">{entry.sources.iter().map(link).collect_view()}</p>
    }
}
