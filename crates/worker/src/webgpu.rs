//! What this browser's WebGPU can do that wgpu cannot find out.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

/// What to ask of a device: the best adapter, with everything that the kernels can make use of and the browser has.
pub(crate) async fn options() -> gpu::Options {
    let features = gpu::Features {
        f16: true,
        // wgpu cannot ask a browser for them (gfx-rs/wgpu#10146); the script that started this worker does, and says so.
        subgroups: said(&js_sys::global(), "asksForSubgroups")
            && adapter_has("subgroups").await.unwrap_or(false),
        packed_dot: language_has("packed_4x8_integer_dot_product").unwrap_or(false),
    };
    gpu::Options { features, ..gpu::Options::default() }
}

fn said(object: &JsValue, name: &str) -> bool {
    Reflect::get(object, &name.into()).is_ok_and(|value| value.is_truthy())
}

fn webgpu() -> Result<JsValue, JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    Reflect::get(&navigator, &"gpu".into())
}

/// Whether the adapter that wgpu will be given has a feature.
async fn adapter_has(feature: &str) -> Result<bool, JsValue> {
    let gpu = webgpu()?;
    let wish = Object::new();
    Reflect::set(&wish, &"powerPreference".into(), &"high-performance".into())?;
    let request: Function = Reflect::get(&gpu, &"requestAdapter".into())?.dyn_into()?;
    let adapter = JsFuture::from(request.call1(&gpu, &wish)?.dyn_into::<Promise>()?).await?;
    set_has(&Reflect::get(&adapter, &"features".into())?, feature)
}

/// Whether the browser's WGSL has an extension.
fn language_has(feature: &str) -> Result<bool, JsValue> {
    set_has(&Reflect::get(&webgpu()?, &"wgslLanguageFeatures".into())?, feature)
}

fn set_has(set: &JsValue, element: &str) -> Result<bool, JsValue> {
    let has: Function = Reflect::get(set, &"has".into())?.dyn_into()?;
    Ok(has.call1(set, &element.into())?.is_truthy())
}
