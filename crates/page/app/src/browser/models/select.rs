use leptos::prelude::*;

/// A choice of one among labels, by its place. One alone is a choice too: it says what it is.
#[component]
pub(super) fn Select(
    id: String,
    class: &'static str,
    label: &'static str,
    options: Vec<String>,
    chosen: RwSignal<usize>,
) -> impl IntoView {
    let option = |(place, text): (usize, String)| {
        view! { <option value=place.to_string() selected=move || chosen.get_untracked() == place>{text}</option> }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id
                class=class
                on:change=move |event| chosen.set(event_target_value(&event).parse().unwrap_or(0))
            >
                {options.into_iter().enumerate().map(option).collect_view()}
            </select>
        </div>
    }
}
