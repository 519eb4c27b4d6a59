//! What a browser throws, in words.

use download::ShelfError;
use js_sys::Reflect;
use wasm_bindgen::prelude::JsValue;

/// Its message, or what there is of it.
pub(crate) fn describe(error: &JsValue) -> String {
    let message = text(error, "message").filter(|message| !message.is_empty());
    message.or_else(|| name(error)).unwrap_or_else(|| format!("{error:?}"))
}

/// As `DOMException` names its kinds: `NotFoundError`.
pub(crate) fn name(error: &JsValue) -> Option<String> {
    text(error, "name")
}

/// An exception of the private file system.
pub(crate) fn shelf_error(error: &JsValue) -> ShelfError {
    match name(error).as_deref() {
        Some("QuotaExceededError") => ShelfError::Full(describe(error)),
        _ => ShelfError::Failed(describe(error)),
    }
}

fn text(error: &JsValue, field: &str) -> Option<String> {
    Reflect::get(error, &field.into()).ok()?.as_string()
}
