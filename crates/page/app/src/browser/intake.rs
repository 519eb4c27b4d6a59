//! What comes in from outside the page's own controls: files dropped anywhere, images pasted anywhere.

use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DragEvent, File, FileList, HtmlInputElement};

use super::page::Page;
use crate::state::{Input, View};

/// Listens for as long as the page lives. A dropped file never makes the browser leave the page.
pub(crate) fn listen(page: Page) {
    let may_prevent = EventListenerOptions::enable_prevent_default();
    let over = EventListener::new_with_options(&document(), "dragover", may_prevent, |event| {
        event.prevent_default();
        mark_drop_zone(true);
    });
    let leave = EventListener::new(&document(), "dragleave", |event| {
        // Only the step out of the window has nowhere to go.
        if event.dyn_ref::<DragEvent>().is_some_and(|event| event.related_target().is_none()) {
            mark_drop_zone(false);
        }
    });
    let drop = EventListener::new_with_options(&document(), "drop", may_prevent, move |event| {
        event.prevent_default();
        mark_drop_zone(false);
        let files =
            event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer).and_then(|data| data.files());
        take(page, list(files));
    });
    let paste = EventListener::new(&document(), "paste", move |event| {
        let data = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
        take(page, list(data.and_then(|data| data.files())));
    });
    for listener in [over, leave, drop, paste] {
        listener.forget();
    }
}

/// The files a person picked; the input is emptied, so that picking the same ones again is a change.
pub(crate) fn picked(input: &HtmlInputElement) -> Vec<File> {
    let files = list(input.files());
    input.set_value("");
    files
}

/// GGUF files are a model, one with rows of questions is a data set, anything else is an image.
pub(crate) fn take(page: Page, files: Vec<File>) {
    let ends = |file: &File, ends: &[&str]| {
        let name = file.name().to_ascii_lowercase();
        ends.iter().any(|end| name.ends_with(end))
    };
    if files.iter().any(|file| ends(file, &[".gguf"])) {
        page.load_files(files);
    } else if let Some(file) = files.into_iter().next() {
        if ends(&file, &[".tsv", ".jsonl", ".json"]) {
            page.input(Input::Go(View::Benchmark));
            page.open_data_file(file);
        } else {
            page.open_image(file);
        }
    }
}

fn list(files: Option<FileList>) -> Vec<File> {
    let Some(files) = files else { return Vec::new() };
    (0..files.length()).filter_map(|index| files.get(index)).collect()
}

fn mark_drop_zone(over: bool) {
    if let Some(zone) = document().get_element_by_id("drop-zone") {
        // The attribute is decoration: a zone that cannot take it still takes the file.
        drop(if over { zone.set_attribute("data-over", "") } else { zone.remove_attribute("data-over") });
    }
}
