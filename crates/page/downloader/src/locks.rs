//! Web Locks: a lock is a promise that is held open.

use download::{Locks, ShelfError};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::exception::describe;

/// The locks of this origin.
pub(crate) struct WebLocks {
    navigator: JsValue,
}

impl WebLocks {
    pub(crate) fn new(navigator: JsValue) -> Self {
        Self { navigator }
    }

    /// Asks for an exclusive lock. `None` only where `wait` says not to wait.
    async fn request(&self, name: &str, wait: Wait) -> Result<Option<WebLock>, JsValue> {
        let locks = Reflect::get(&self.navigator, &"locks".into())?;
        let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
        let withdraw = AbortController::new()?;
        let options = Object::new();
        match wait {
            // The two cannot be asked for together.
            Wait::No => Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE)?,
            Wait::Yes => Reflect::set(&options, &"signal".into(), &withdraw.signal())?,
        };
        let (held, release) = open_promise();
        let (granted, grant) = open_promise();
        // Made before the request, so that a future that is dropped while it waits lets go of what it may still be granted.
        let lock = WebLock { release, withdraw };
        let on_granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let is_granted = !lock.is_null();
            // A function of the language's own, which throws nothing.
            drop(grant.call1(&JsValue::NULL, &is_granted.into()));
            if is_granted { held.into() } else { JsValue::UNDEFINED }
        });
        let over: Promise = request.call3(&locks, &name.into(), &options, &on_granted)?.dyn_into()?;
        // Settles when the lock is let go, or before it is granted where the request fails.
        let first = Promise::race(&Array::of2(&granted, &over));
        let is_granted = JsFuture::from(first).await?.is_truthy();
        Ok(is_granted.then_some(lock))
    }
}

#[derive(Clone, Copy)]
enum Wait {
    Yes,
    No,
}

impl Locks for WebLocks {
    type Guard = WebLock;

    async fn try_lock(&self, name: &str) -> Result<Option<WebLock>, ShelfError> {
        self.request(name, Wait::No).await.map_err(|error| failed(name, &describe(&error)))
    }

    async fn lock(&self, name: &str) -> Result<WebLock, ShelfError> {
        let lock = self.request(name, Wait::Yes).await.map_err(|error| failed(name, &describe(&error)))?;
        lock.ok_or_else(|| failed(name, "the browser did not grant it"))
    }
}

fn failed(name: &str, why: &str) -> ShelfError {
    ShelfError::Failed(format!("the lock {name} could not be had: {why}"))
}

/// A lock that is held or waited for. Dropping it lets it go, or withdraws the request.
pub(crate) struct WebLock {
    release: Function,
    withdraw: AbortController,
}

impl Drop for WebLock {
    fn drop(&mut self) {
        self.withdraw.abort();
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
