//! The tab's address and title.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::state::View;

/// Adds the address of a view to the history. It is pushed rather than followed, because following scrolls to the element of that
/// name.
pub(crate) fn write_address(view: View) {
    let pushed = window()
        .history()
        .and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(view.hash())));
    // If an address cannot be pushed the view changes all the same.
    drop(pushed);
}

/// Gives the tab the title of a view.
pub(crate) fn write_title(view: View) {
    document().set_title(&match view {
        View::Ask => "Qwen2-VL-Med".to_owned(),
        View::Models | View::Benchmark => format!("{} · Qwen2-VL-Med", view.title()),
    });
}
