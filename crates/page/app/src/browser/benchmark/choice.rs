use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::State;
use crate::state::benchmark::{BenchmarkAct, MenuOption};

/// A menu whose options change with the run.
#[component]
pub(super) fn Choice(
    id: &'static str,
    label: &'static str,
    options: Memo<Vec<MenuOption>>,
    chosen: fn(&State) -> &str,
    choose: fn(String) -> BenchmarkAct,
) -> impl IntoView {
    let page = page();
    let option = move |MenuOption { value, label }: MenuOption| {
        let is_chosen = page.peek(|state| chosen(state) == value);
        view! { <option value=value prop:selected=is_chosen>{label}</option> }
    };
    view! {
        <label class="choice-of">
            {label}
            <select id=id on:change=move |event| page.benchmark(choose(event_target_value(&event)))>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
