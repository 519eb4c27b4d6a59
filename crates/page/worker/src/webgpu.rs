//! What this browser's WebGPU can do that wgpu cannot find out.

use js_sys::{Function, Promise};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web::{JsError, navigator, object, property};

/// What to ask of a device, and what to call its adapter if the browser says: `nvidia turing`.
pub(crate) async fn options() -> (gpu::Options, Option<String>) {
    let adapter = adapter().await.unwrap_or_default();
    let has = |feature| set_has(&field(&adapter, "features"), feature).unwrap_or(false);
    let language = navigator("gpu").map(|gpu| field(&gpu, "wgslLanguageFeatures")).unwrap_or_default();
    let features = gpu::Features {
        f16: true,
        // wgpu cannot ask a browser for them (gfx-rs/wgpu#10146); the script that started this worker does, and says so.
        subgroups: field(&js_sys::global(), "asksForSubgroups").is_truthy() && has("subgroups"),
        packed_dot: set_has(&language, "packed_4x8_integer_dot_product").unwrap_or(false),
    };
    (gpu::Options { features, ..gpu::Options::default() }, name(&field(&adapter, "info")))
}

/// Its description, or the maker and the family.
fn name(info: &JsValue) -> Option<String> {
    let said = |key: &str| field(info, key).as_string().filter(|text| !text.trim().is_empty());
    let family =
        || [said("vendor"), said("architecture")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    said("description").or_else(|| Some(family()).filter(|text| !text.is_empty()))
}

fn field(object: &JsValue, name: &str) -> JsValue {
    property(object, name).unwrap_or_default()
}

/// The adapter that wgpu will be given.
async fn adapter() -> Result<JsValue, JsError> {
    let gpu = navigator("gpu")?;
    let wish = object(&[("powerPreference", "high-performance".into())]);
    let request: Function = field(&gpu, "requestAdapter").dyn_into()?;
    Ok(JsFuture::from(request.call1(&gpu, &wish)?.dyn_into::<Promise>()?).await?)
}

fn set_has(set: &JsValue, element: &str) -> Result<bool, JsError> {
    let has: Function = field(set, "has").dyn_into()?;
    Ok(has.call1(set, &element.into())?.is_truthy())
}
