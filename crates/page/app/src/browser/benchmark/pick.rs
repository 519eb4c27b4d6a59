use leptos::prelude::*;

use crate::browser::page::{Page, page};
use crate::state::State;
use crate::state::benchmark::MenuOption;

/// A menu of fixed options, locked while a run is under way unless `is_free`.
#[component]
pub(super) fn Pick(
    id: &'static str,
    label: &'static str,
    options: Vec<MenuOption>,
    chosen: fn(&State) -> &'static str,
    choose: fn(Page, &str),
    #[prop(optional)] is_free: bool,
) -> impl IntoView {
    let page = page();
    let chosen = page.slice(chosen);
    let is_locked = page.slice(move |state| !is_free && !state.benchmark.stage.can_start());
    let option = |MenuOption { value, label }: MenuOption| {
        let its = value.clone();
        view! { <option value=value prop:selected=move || chosen.get() == its>{label}</option> }
    };
    view! {
        <label class="choice-of">
            {label}
            <select id=id disabled=is_locked on:change=move |event| choose(page, &event_target_value(&event))>
                {options.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// A whole number, locked while a run is under way. Any other input changes nothing.
#[component]
pub(super) fn Number(
    id: &'static str,
    label: &'static str,
    value: fn(&State) -> u32,
    write: fn(Page, u32),
) -> impl IntoView {
    let page = page();
    let value = page.slice(value);
    let is_locked = page.slice(|state| !state.benchmark.stage.can_start());
    let change = move |event| {
        if let Ok(number) = event_target_value(&event).trim().parse() {
            write(page, number);
        }
    };
    view! {
        <label class="choice-of">
            {label}
            <input
                id=id
                type="number"
                min="1"
                step="1"
                prop:value=value
                disabled=is_locked
                on:change=change
            />
        </label>
    }
}
