use leptos::html::Div;
use leptos::prelude::*;

use super::turn::TurnView;
use crate::browser::keyed::Keyed;
use crate::browser::page::page;
use crate::state::TalkAct;

/// How near its end a person must have scrolled for the text to go on scrolling by itself.
const NEAR_END_PX: i32 = 48;

/// The turns, oldest first. It follows the answer as long as its end is in view.
#[component]
pub(crate) fn Conversation() -> impl IntoView {
    let page = page();
    let ids = page.slice(|state| state.turns.iter().map(|turn| (turn.id, String::new())).collect());
    let busy = page.slice(|state| state.is_busy());
    let is_empty = move || ids.with(Vec::is_empty);
    let log = NodeRef::<Div>::new();

    let growth = page.slice(|state| {
        let last = state.turns.last();
        (state.turns.len(), last.map_or(0, |turn| turn.answer.len()), last.is_some_and(|turn| turn.is_over()))
    });
    // The height is compared with the one before this growth: what was at the end stays at the end.
    Effect::new(move |before: Option<(usize, i32)>| {
        let (n_turns, ..) = growth.get();
        let Some(log) = log.get() else { return (n_turns, 0) };
        let (n_before, height_before) = before.unwrap_or_default();
        let was_at_end = log.scroll_top() + log.client_height() + NEAR_END_PX >= height_before;
        if n_turns > n_before || was_at_end {
            log.set_scroll_top(log.scroll_height());
        }
        // On a narrow screen the log does not scroll in itself: a new question is brought to the top, the answer then
        // has the screen below it.
        if n_turns > n_before
            && log.scroll_height() == log.client_height()
            && let Some(turn) = log.last_element_child()
        {
            turn.scroll_into_view();
        }
        (n_turns, log.scroll_height())
    });
    view! {
        <div class="talk-head">
            <h2>"Conversation"</h2>
            <button
                type="button"
                id="new-conversation"
                disabled=move || is_empty() || busy.get()
                on:click=move |_| page.talk(TalkAct::New)
            >
                "New conversation"
            </button>
        </div>
        // Its changes are told by the announcer, one answer at a time.
        <div id="conversation" role="log" aria-live="off" aria-label="Conversation" tabindex="0" node_ref=log>
            <div class="nothing-asked" hidden=move || !is_empty()>
                <p>"Ask a question about the image. The model runs in this tab: image, question and answer stay on this device."</p>
                <p class="hint">"To see a whole job, press one of the examples."</p>
            </div>
            <Keyed keys=ids row=|(id, _)| view! { <TurnView id/> }.into_any()/>
        </div>
    }
}
