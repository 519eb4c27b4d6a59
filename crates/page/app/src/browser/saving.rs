//! Files for a person.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlElement, Url};

/// Lets the browser save a blob. Gives the address that it reads it from, which is to be revoked when it has.
pub(crate) fn save(blob: &Blob, name: &str) -> Result<String, JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link = document().create_element("a")?;
    link.set_attribute("href", &address)?;
    link.set_attribute("download", name)?;
    link.unchecked_into::<HtmlElement>().click();
    Ok(address)
}
