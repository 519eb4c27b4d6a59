//! What the browser says about the machine. Each fact may be missing; what is missing is not known.

use js_sys::{Function, Promise};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web::property;
pub(crate) use web::storage::{is_persistent, persist};

use crate::state::models::DeviceFacts;

/// Memory, limits of the graphics adapter, and whether it is a phone.
pub(crate) async fn facts() -> DeviceFacts {
    let navigator = window().navigator();
    let limits = limits(&navigator).await;
    let limit = |name: &str| Some(property(limits.as_ref()?, name)?.as_f64()? as u64);
    let small = window().match_media("(pointer: coarse) and (max-width: 60rem)");
    DeviceFacts {
        memory_gib: property(&navigator, "deviceMemory").and_then(|gib| gib.as_f64()),
        max_buffer_bytes: limit("maxBufferSize"),
        max_binding_bytes: limit("maxStorageBufferBindingSize"),
        is_small_device: small.ok().flatten().is_some_and(|query| query.matches()),
    }
}

async fn limits(navigator: &JsValue) -> Option<JsValue> {
    let gpu = property(navigator, "gpu")?;
    let request: Function = property(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call0(&gpu).ok()?.dyn_into().ok()?;
    property(&JsFuture::from(promise).await.ok()?, "limits")
}
