use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::{ModelState, Picture, Purpose, State, Turn};

/// Says to a screen reader what changed: each answer once, when it is whole, instead of piece by piece.
#[component]
pub(crate) fn Announcer() -> impl IntoView {
    let page = page();
    let said = RwSignal::new(String::new());
    let model = page.slice(|state| match &state.model {
        ModelState::Absent | ModelState::Failed(_) => String::new(),
        ModelState::Loading(loading) if loading.purpose == Purpose::Move => {
            format!("Moving the model {}.", loading.title)
        }
        ModelState::Loading(loading) => format!("Loading the model {}.", loading.title),
        ModelState::Ready(info) => format!("The model {} is ready.", info.name),
    });
    let picture = page.slice(|state| match &state.picture {
        Picture::Ready(shown) => format!("The image {} is open.", shown.name),
        _ => String::new(),
    });
    let answer = page.slice(|state| match state.turns.last() {
        Some(turn) if turn.is_over() => whole_answer(turn),
        Some(_) => "Answering.".into(),
        None => String::new(),
    });
    let benchmark = page.slice(State::benchmark_news);
    let models = page.slice(|state| state.models.news.clone());
    for news in [model, picture, answer, benchmark, models] {
        Effect::new(move |_| {
            let text = news.get();
            if !text.is_empty() {
                said.set(text);
            }
        });
    }
    view! { <div id="announcer" class="visually-hidden" role="status" aria-live="polite">{said}</div> }
}

fn whole_answer(turn: &Turn) -> String {
    let note = turn.note().unwrap_or_default();
    if turn.answer.is_empty() { note } else { format!("Answer: {} {note}", turn.answer) }
}
