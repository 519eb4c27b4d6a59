//! The views' addresses: which one is on view follows the location's hash, and the way back leads back.

use gloo::events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::page::Page;
use crate::state::View;

/// Shows the view of the address, now and whenever it changes.
pub(crate) fn listen(page: Page) {
    let follow = move || show(page, View::of_hash(&window().location().hash().unwrap_or_default()));
    follow();
    // The way back to an address that was pushed is a `popstate`, an address typed by hand a `hashchange`.
    for name in ["popstate", "hashchange"] {
        EventListener::new(&window(), name, move |_| follow()).forget();
    }
}

/// Goes to a view. The address is pushed rather than followed, because following scrolls to the element of that name.
pub(crate) fn open(page: Page, view: View) {
    if page.peek(|state| state.view) == view {
        return;
    }
    let pushed = window()
        .history()
        .and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(view.hash())));
    // Where an address cannot be pushed the view changes all the same.
    drop(pushed);
    show(page, view);
}

fn show(page: Page, view: View) {
    page.change(|state| state.view = view);
    document().set_title(&match view {
        View::Ask => "Qwen2-VL-Med".to_owned(),
        View::Models | View::Benchmark => format!("{} · Qwen2-VL-Med", view.title()),
    });
}
