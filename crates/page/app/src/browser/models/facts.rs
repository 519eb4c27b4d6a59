//! What the browser tells of the machine. Everything here may be missing, and what is missing is not known.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::state::models::DeviceFacts;

/// Memory, limits of the graphics adapter, and whether it is a phone.
pub(crate) async fn of_this_device() -> DeviceFacts {
    let navigator = window().navigator();
    let limits = limits(&navigator).await;
    let limit = |name: &str| Some(field(limits.as_ref()?, name)?.as_f64()? as u64);
    let small = window().match_media("(pointer: coarse) and (max-width: 60rem)");
    DeviceFacts {
        memory_gib: field(&navigator, "deviceMemory").and_then(|gib| gib.as_f64()),
        max_buffer_bytes: limit("maxBufferSize"),
        max_binding_bytes: limit("maxStorageBufferBindingSize"),
        is_small_device: small.ok().flatten().is_some_and(|query| query.matches()),
    }
}

async fn limits(navigator: &JsValue) -> Option<JsValue> {
    let gpu = field(navigator, "gpu")?;
    let request: Function = field(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call0(&gpu).ok()?.dyn_into().ok()?;
    field(&JsFuture::from(promise).await.ok()?, "limits")
}

/// Whether the browser keeps the store until a person clears it.
pub(crate) async fn is_persistent() -> Option<bool> {
    answer(window().navigator().storage().persisted()).await
}

/// Asks for that.
pub(crate) async fn persist() -> Option<bool> {
    answer(window().navigator().storage().persist()).await
}

async fn answer(promise: Result<Promise, JsValue>) -> Option<bool> {
    JsFuture::from(promise.ok()?).await.ok()?.as_bool()
}

fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
