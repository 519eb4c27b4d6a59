use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, DedicatedWorkerGlobalScope};

use crate::source::describe;

/// How long another holder is waited for: it may just be letting go.
const PATIENCE_MS: u32 = 5000;

/// A Web Lock that other readers share, and that keeps the downloader from a file. It goes when this is dropped.
pub(crate) struct SharedLock {
    release: Function,
}

impl SharedLock {
    /// Waits some seconds for a lock.
    pub(crate) async fn wait(name: &str) -> Result<Self, String> {
        Self::request(name).await.map_err(|error| {
            let kind = Reflect::get(&error, &"name".into()).ok().and_then(|kind| kind.as_string());
            match kind.as_deref() {
                // What browsers reject with when the signal's time is over.
                Some("TimeoutError" | "AbortError") => {
                    "is being fetched, checked or deleted, in this tab or another; open the model again when that is over"
                        .to_owned()
                }
                _ => format!("could not be locked: {}", describe(&error)),
            }
        })
    }

    async fn request(name: &str) -> Result<Self, JsValue> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let locks = Reflect::get(&scope.navigator(), &"locks".into())?;
        let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
        let options = Object::new();
        Reflect::set(&options, &"mode".into(), &"shared".into())?;
        Reflect::set(&options, &"signal".into(), &AbortSignal::timeout_with_u32(PATIENCE_MS))?;
        let (held, release) = open_promise();
        let (granted, grant) = open_promise();
        // Made before the request, so that a future that is dropped while it waits lets go of what it may still be granted.
        let lock = Self { release };
        let on_granted = Closure::once_into_js(move || -> JsValue {
            // A function of the language's own, which throws nothing.
            drop(grant.call0(&JsValue::NULL));
            held.into()
        });
        let over: Promise = request.call3(&locks, &name.into(), &options, &on_granted)?.dyn_into()?;
        JsFuture::from(Promise::race(&Array::of2(&granted, &over))).await?;
        Ok(lock)
    }
}

impl Drop for SharedLock {
    fn drop(&mut self) {
        // A function of the language's own, which throws nothing.
        drop(self.release.call0(&JsValue::NULL));
    }
}

/// A promise and what fulfils it.
fn open_promise() -> (Promise, Function) {
    let mut fulfil = None;
    let promise = Promise::new(&mut |resolve, _| fulfil = Some(resolve));
    (promise, fulfil.unwrap_or_default())
}
