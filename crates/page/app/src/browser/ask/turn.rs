use leptos::prelude::*;

use crate::browser::page::page;
use crate::format;
use crate::state::{State, Turn, TurnState};

/// One question and its answer.
#[component]
pub(crate) fn TurnView(id: u32) -> impl IntoView {
    let page = page();
    // What does not change while the answer grows.
    let (question, image, starts_afresh) = (
        page.slice(move |state| find(state, id).map(|turn| turn.question.clone())),
        page.slice(move |state| image_if_new(state, id)),
        page.slice(move |state| find(state, id).is_some_and(|turn| turn.starts_afresh)),
    );
    let answer = page.slice(move |state| find(state, id).map(|turn| turn.answer.clone()));
    let end = page.slice(move |state| find(state, id).map(Turn::end_name));
    let note = page.slice(move |state| find(state, id).and_then(Turn::note));
    let cost = page.slice(move |state| find(state, id).and_then(cost));
    view! {
        <Show when=move || starts_afresh.get()>
            <p class="afresh">"The model does not see what is above this line."</p>
        </Show>
        <article class="turn">
            <div class="turn-ask">
                <p class="turn-image" hidden=move || image.get().is_none()>{image}</p>
                <p class="turn-question">{question}</p>
            </div>
            <div class="turn-reply">
                <p class="turn-answer" data-end=end>{answer}</p>
                <p class="turn-note" hidden=move || note.get().is_none()>{note}</p>
                <p class="turn-cost" hidden=move || cost.get().is_none()>{cost}</p>
            </div>
        </article>
    }
}

fn find(state: &State, id: u32) -> Option<&Turn> {
    state.turns.iter().find(|turn| turn.id == id)
}

/// The image's name where it is another one than in the turn before.
fn image_if_new(state: &State, id: u32) -> Option<String> {
    let index = state.turns.iter().position(|turn| turn.id == id)?;
    let image = state.turns.get(index)?.image.as_ref()?;
    let before =
        index.checked_sub(1).and_then(|index| state.turns.get(index)).and_then(|turn| turn.image.as_ref());
    (before != Some(image)).then(|| image.name.clone())
}

/// `90 prompt tokens, 5 answer tokens, 1.2 s`; nothing where the answer was stopped before its prompt was read.
fn cost(turn: &Turn) -> Option<String> {
    let TurnState::Ended { timings: Some(timings), .. } = &turn.state else { return None };
    if timings.n_prefill_tokens == 0 {
        return None;
    }
    let secs = timings.image_encoding_secs + timings.prefill_secs + timings.decoding_secs;
    Some(format!(
        "{} prompt tokens, {} answer tokens, {}",
        timings.n_prefill_tokens,
        timings.n_answer_tokens,
        format::duration(secs)
    ))
}
