use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::State;

/// One of several, each given as its value, a tab and its label, or as a label that is its value.
#[component]
pub(super) fn Choice(
    id: &'static str,
    label: &'static str,
    options: Memo<Vec<String>>,
    chosen: fn(&State) -> &str,
    choose: fn(&mut State, String),
) -> impl IntoView {
    let page = page();
    let option = move |option: String| {
        let (value, label) = option.split_once('\t').unwrap_or((&option, &option));
        let is_chosen = page.peek(|state| chosen(state) == value);
        view! { <option value=value.to_owned() prop:selected=is_chosen>{label.to_owned()}</option> }
    };
    view! {
        <label class="choice-of">
            {label}
            <select id=id on:change=move |event| page.change(|state| choose(state, event_target_value(&event)))>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
