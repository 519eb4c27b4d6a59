use std::sync::Arc;

use leptos::prelude::*;

/// Names one element of a list.
pub(crate) type Key = (u32, String);

/// Elements that stay the same while the list that they stand for changes. What a key stands for is drawn once. Keys have one
/// type, so that there is one of leptos' keyed lists in the page: each of them is five kilobytes.
#[component]
pub(crate) fn Keyed(
    keys: Memo<Vec<Key>>,
    row: impl Fn(Key) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let row: Row = Arc::new(row);
    list(keys, row)
}

type Row = Arc<dyn Fn(Key) -> AnyView + Send + Sync>;

fn list(keys: Memo<Vec<Key>>, row: Row) -> AnyView {
    view! { <For each=move || keys.get() key=Key::clone children=move |key| row(key)/> }.into_any()
}
