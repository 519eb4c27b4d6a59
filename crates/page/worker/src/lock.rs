use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, DedicatedWorkerGlobalScope};

use crate::source::describe;

/// How long another holder is waited for: it may just be letting go.
const PATIENCE_MS: u32 = 5000;

/// A Web Lock. It goes when this is dropped.
#[derive(Debug)]
pub(crate) struct WebLock {
    release: Function,
}

/// With whom a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// With others that share it.
    Shared,
    /// With nobody.
    Exclusive,
}

/// Why a lock could not be had.
#[derive(Debug)]
pub(crate) enum NoLock {
    /// Others hold it.
    Held,
    /// In the browser's words.
    Failed(String),
}

impl WebLock {
    /// Waits some seconds for a lock.
    pub(crate) async fn wait(name: &str, mode: Mode) -> Result<Self, NoLock> {
        Self::request(name, mode).await.map_err(|error| {
            let kind = Reflect::get(&error, &"name".into()).ok().and_then(|kind| kind.as_string());
            match kind.as_deref() {
                // What browsers reject with when the signal's time is over.
                Some("TimeoutError" | "AbortError") => NoLock::Held,
                _ => NoLock::Failed(describe(&error)),
            }
        })
    }

    async fn request(name: &str, mode: Mode) -> Result<Self, JsValue> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let locks = Reflect::get(&scope.navigator(), &"locks".into())?;
        let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
        let options = Object::new();
        let mode = match mode {
            Mode::Shared => "shared",
            Mode::Exclusive => "exclusive",
        };
        Reflect::set(&options, &"mode".into(), &mode.into())?;
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

impl Drop for WebLock {
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
