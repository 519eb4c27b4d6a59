use leptos::ev::MouseEvent;
use leptos::prelude::*;
use protocol::BackendChoice;

use crate::browser::page::{now_secs, page};
use crate::state::{ModelAct, ModelState, Purpose, State, backend};

/// Where the model runs, and why there.
#[component]
pub(super) fn WhereItRuns() -> impl IntoView {
    let page = page();
    let why = page.slice(State::backend_why);
    let failed = page.slice(|state| state.backend.failure.is_some());
    let busy = page.slice(State::is_busy);
    view! {
        <fieldset id="backend" aria-describedby="backend-why">
            <legend>"Where the model runs"</legend>
            {backend::CHOICES.map(|choice| view! { <Choice choice/> })}
            <p id="backend-why" class="hint" class:error=failed role="status">{why}</p>
            <Move/>
            <p id="backend-wait" class="hint" hidden=move || !busy.get()>
                "A question is being answered. It can be changed when the answer is complete."
            </p>
        </fieldset>
    }
}

#[component]
fn Choice(choice: BackendChoice) -> impl IntoView {
    let page = page();
    let is_chosen = page.slice(move |state| state.backend.choice == choice);
    let hint = page.slice(move |state| state.backend.hint(choice));
    let is_unavailable = page.slice(move |state| state.backend.is_unavailable(choice));
    let must_wait = page.slice(|state| !state.can_choose_backend());
    // A button that were disabled for the while would lose the focus: the press is taken back instead.
    let wait = move |event: MouseEvent| {
        if must_wait.get_untracked() {
            event.prevent_default();
        }
    };
    let id = format!("backend-{}", backend::name(choice));
    view! {
        <label class="choice">
            <input
                id=id
                type="radio"
                name="backend"
                aria-describedby="backend-why"
                disabled=is_unavailable
                aria-disabled=move || must_wait.get().then_some("true")
                prop:checked=is_chosen
                on:click=wait
                on:change=move |_| page.model(ModelAct::ChooseBackend(choice))
            />
            <span class="choice-label">{backend::label(choice)}</span>
            <span class="choice-hint">{hint}</span>
        </label>
    }
}

/// How far a model is that moves; the header's own bar lies behind this panel.
#[component]
fn Move() -> impl IntoView {
    let page = page();
    let model = page.slice(|state| match &state.model {
        ModelState::Loading(loading) if loading.purpose == Purpose::Move => Some(loading.clone()),
        _ => None,
    });
    let is_hidden = move || model.with(Option::is_none);
    let bytes = move || {
        let (done, total) =
            model.with(|moving| moving.as_ref().map(|it| (it.bytes_done(), it.bytes_total())))?;
        (total > 0).then_some((done, total))
    };
    let text = move || model.with(|moving| moving.as_ref().map(|it| it.text(now_secs())));
    view! {
        <div id="backend-move" hidden=is_hidden>
            <progress
                aria-label="Moving the model"
                value=move || bytes().map(|(done, _)| done.to_string())
                max=move || bytes().map_or("1".to_owned(), |(_, total)| total.to_string())
            ></progress>
            <p class="hint">{text}</p>
        </div>
    }
}
