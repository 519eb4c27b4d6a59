use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;
use protocol::Turns;

use super::asides::Asides;
use crate::browser::page::page;
use crate::browser::shell::Remedies;
use crate::state::{NotNow, Picture, State, TalkAct};

/// The question, Ask and Stop, and why Ask may be out of reach.
#[component]
pub(crate) fn Composer() -> impl IntoView {
    let page = page();
    let field = NodeRef::<Textarea>::new();
    let is_empty_asked = RwSignal::new(false);
    let obstacle = page.slice(|state| state.can_ask().err());
    let can_stop = page.slice(State::is_busy);
    let line = page.slice(standing_line);

    let focus = move || {
        if let Some(field) = field.get() {
            // A field that cannot take the focus leaves it where it is.
            drop(field.focus());
        }
    };
    let ask = move || {
        if page.peek(|state| state.can_ask().is_err()) {
            return;
        }
        let text = page.question.get_untracked();
        is_empty_asked.set(text.trim().is_empty());
        if !text.trim().is_empty() {
            page.talk(TalkAct::Ask(text));
            page.question.set(String::new());
        }
        focus();
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            ask();
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask();
    };
    let on_stop = move |_| {
        page.talk(TalkAct::Stop);
        focus();
    };
    view! {
        <form class="composer" on:submit=on_submit>
            <Asides/>
            <label for="question">"Question about the image"</label>
            <textarea
                id="question"
                rows="3"
                node_ref=field
                prop:value=move || page.question.get()
                aria-describedby="question-line"
                aria-invalid=move || is_empty_asked.get().then_some("true")
                aria-keyshortcuts="Control+Enter"
                on:input=move |event| {
                    is_empty_asked.set(false);
                    page.question.set(event_target_value(&event));
                }
                on:keydown=on_key
            ></textarea>
            <div class="composer-bar">
                <p id="question-line" class:error=is_empty_asked>
                    {move || match (is_empty_asked.get(), obstacle.get()) {
                        (true, _) => "Type a question first.",
                        (false, Some(obstacle)) => obstacle.reason(),
                        (false, None) => line.get(),
                    }}
                    <span class="key-hint" hidden=move || is_empty_asked.get() || obstacle.get().is_some()>
                        " Ctrl + Enter asks."
                    </span>
                </p>
                <Show when=move || matches!(obstacle.get(), Some(NotNow::NoModel | NotNow::WorkerDied))>
                    <Remedies/>
                </Show>
                <button type="button" id="stop" disabled=move || !can_stop.get() on:click=on_stop>"Stop"</button>
                <button
                    type="submit"
                    id="ask"
                    class="primary"
                    disabled=move || obstacle.get().is_some()
                    aria-describedby="question-line"
                >
                    "Ask"
                </button>
            </div>
        </form>
    }
}

/// What stands beside the buttons while nothing is in the way.
fn standing_line(state: &State) -> &'static str {
    match (&state.picture, state.settings.turns) {
        (Picture::Absent, _) => "No image: the question is asked without one.",
        (_, Turns::Single) => "Each question stands alone.",
        (_, Turns::FollowUp) => "The model sees the conversation above.",
    }
}
