//! The views' addresses: which one is on view follows the location's hash, and the way back leads back.

use gloo::events::EventListener;
use leptos::prelude::*;

use super::page::Page;
use crate::state::{Input, View};

/// Shows the view of the address, now and whenever it changes.
pub(crate) fn listen(page: Page) {
    let follow =
        move || page.input(Input::Follow(View::of_hash(&window().location().hash().unwrap_or_default())));
    follow();
    // The way back to an address that was pushed is a `popstate`, an address typed by hand a `hashchange`.
    for name in ["popstate", "hashchange"] {
        EventListener::new(&window(), name, move |_| follow()).forget();
    }
}
