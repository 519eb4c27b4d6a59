use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

use crate::browser::page::page;
use crate::state::Failure;
use crate::state::benchmark::Export;

/// The run as a file, in three forms.
#[component]
pub(super) fn Exports() -> impl IntoView {
    let page = page();
    let has_answers = page.slice(|state| !state.benchmark.answers().is_empty());
    let save = move |export: Export| {
        let Some(run) = page.peek(|state| state.benchmark.run.clone()) else { return };
        if let Err(error) = download(&export.write(&run), export.media_type(), &export.file_name(&run)) {
            page.show(Failure {
                message: format!("The {} file could not be handed over ({error:?}).", export.title()),
                remedy: "Allow downloads for this page and try again.".into(),
            });
        }
    };
    let button = move |export: Export| {
        view! {
            <button
                type="button"
                id=export.id()
                disabled=move || !has_answers.get()
                title=move || (!has_answers.get()).then_some("There is no answer to export yet.")
                aria-describedby="export-hint"
                on:click=move |_| save(export)
            >
                {export.title()}
            </button>
        }
    };
    view! {
        <div class="run-exports" role="group" aria-label="Export">
            <p id="export-hint" class="hint">
                {move || if has_answers.get() { "Export" } else { "Export: no answers yet" }}
            </p>
            {Export::ALL.map(button)}
        </div>
    }
}

fn download(text: &str, media_type: &str, name: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &kind)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link = document().create_element("a")?;
    link.set_attribute("href", &address)?;
    link.set_attribute("download", name)?;
    link.unchecked_into::<HtmlElement>().click();
    // The browser has taken the blob over by now.
    Url::revoke_object_url(&address)
}
