use leptos::prelude::*;

/// The line that never leaves the page.
#[component]
pub(crate) fn PermanentLine() -> impl IntoView {
    view! {
        <footer>
            <p id="permanent-line">{protocol::PERMANENT_LINE}</p>
        </footer>
    }
}
