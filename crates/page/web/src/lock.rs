//! Web Locks, which all tabs of an origin share. The browser holds a lock for as long as a promise is open.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::promise::open_promise;
use crate::{ErrorKind, JsError, navigator, object};

#[wasm_bindgen]
extern "C" {
    /// `web-sys` has it among its unstable interfaces only, which need a flag of the compiler.
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        on_granted: &JsValue,
    ) -> Result<Promise, JsValue>;
}

/// With whom a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// With nobody.
    Exclusive,
    /// With others that share it.
    Shared,
}

/// How long to wait for other holders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Not at all.
    None,
    /// At most this many milliseconds.
    Millis(u32),
    /// As long as it takes.
    Endless,
}

impl Patience {
    /// Five seconds: long enough for a holder that is about to release the lock.
    pub const BRIEF: Self = Self::Millis(5000);
}

/// Why a lock was not granted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLock {
    /// Others hold it, and patience ran out.
    #[error("it is held elsewhere")]
    Held,
    /// The browser refused.
    #[error(transparent)]
    Failed(#[from] JsError),
}

/// A lock that is held. Dropping it releases the lock.
#[derive(Debug)]
pub struct WebLock {
    release: Function,
    withdraw: AbortController,
}

impl WebLock {
    /// Asks for the lock of this name. Dropping the future withdraws the request.
    ///
    /// # Errors
    /// [`NoLock::Held`] if others hold the lock for longer than `patience` allows; never with [`Patience::Endless`].
    pub async fn request(name: &str, mode: LockMode, patience: Patience) -> Result<Self, NoLock> {
        match Self::granted(name, mode, patience).await {
            Ok(Some(lock)) => Ok(lock),
            Ok(None) => Err(NoLock::Held),
            // Nobody but the timer withdraws a request that is waited for.
            Err(error) if error.kind() == ErrorKind::Aborted => Err(NoLock::Held),
            Err(error) => Err(NoLock::Failed(error)),
        }
    }

    /// `None` only without patience.
    async fn granted(name: &str, mode: LockMode, patience: Patience) -> Result<Option<Self>, JsError> {
        let locks: LockManager = navigator("locks")?.unchecked_into();
        let mode = match mode {
            LockMode::Exclusive => "exclusive",
            LockMode::Shared => "shared",
        };
        let withdraw = AbortController::new()?;
        let how_long = match patience {
            Patience::None => ("ifAvailable", JsValue::TRUE),
            // The browser does not take both options together.
            Patience::Millis(_) | Patience::Endless => ("signal", withdraw.signal().into()),
        };
        let _timer = match patience {
            Patience::Millis(millis) => {
                let withdraw = withdraw.clone();
                Some(Timeout::new(millis, move || withdraw.abort()))
            }
            Patience::None | Patience::Endless => None,
        };
        let (held, release) = open_promise();
        let (granted, grant) = open_promise();
        // Made before the request: if this future is dropped while it waits, what it may still be granted is released.
        let lock = Self { release, withdraw };
        let on_granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let is_granted = !lock.is_null();
            // The function that fulfils a promise throws nothing.
            drop(grant.call1(&JsValue::NULL, &is_granted.into()));
            if is_granted { held.into() } else { JsValue::UNDEFINED }
        });
        let over = locks.request(name, &object(&[("mode", mode.into()), how_long]), &on_granted)?;
        // `over` settles when the lock is released, or earlier if the request fails.
        let first = Promise::race(&Array::of2(&granted, &over));
        let is_granted = JsFuture::from(first).await?.is_truthy();
        Ok(is_granted.then_some(lock))
    }
}

impl Drop for WebLock {
    fn drop(&mut self) {
        self.withdraw.abort();
        // The function that fulfils a promise throws nothing.
        drop(self.release.call0(&JsValue::NULL));
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::LockMode::{Exclusive, Shared};
    use super::*;

    async fn at_once(name: &str, mode: LockMode) -> Result<WebLock, NoLock> {
        WebLock::request(name, mode, Patience::None).await
    }

    async fn in_the_end(name: &str) -> WebLock {
        WebLock::request(name, Exclusive, Patience::Endless).await.unwrap()
    }

    #[wasm_bindgen_test]
    async fn a_lock_is_held_by_one_and_then_by_the_next() {
        let held = at_once("a", Exclusive).await.unwrap();
        assert_eq!(at_once("a", Exclusive).await.unwrap_err(), NoLock::Held);
        assert_eq!(at_once("a", Shared).await.unwrap_err(), NoLock::Held);
        assert!(at_once("b", Exclusive).await.is_ok());
        let mut waiting = pin!(in_the_end("a"));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(held);
        let held = waiting.await;
        assert_eq!(at_once("a", Exclusive).await.unwrap_err(), NoLock::Held);
        drop(held);
    }

    #[wasm_bindgen_test]
    async fn those_that_share_a_lock_hold_it_together() {
        let first = at_once("shared", Shared).await.unwrap();
        let second = at_once("shared", Shared).await.unwrap();
        drop(first);
        assert_eq!(at_once("shared", Exclusive).await.unwrap_err(), NoLock::Held);
        drop(second);
        drop(in_the_end("shared").await);
    }

    #[wasm_bindgen_test]
    async fn patience_runs_out_and_the_holder_keeps_the_lock() {
        let held = in_the_end("patience").await;
        let patience = Patience::Millis(30);
        let refused = WebLock::request("patience", Exclusive, patience).await;
        assert_eq!(refused.unwrap_err(), NoLock::Held);
        drop(held);
        let held = WebLock::request("patience", Exclusive, Patience::BRIEF).await.unwrap();
        // Its own timer does not end it.
        crate::sleep(0.06).await;
        assert_eq!(at_once("patience", Exclusive).await.unwrap_err(), NoLock::Held);
        drop(held);
    }

    #[wasm_bindgen_test]
    async fn a_request_that_is_withdrawn_keeps_nobody_waiting() {
        let held = in_the_end("c").await;
        {
            let waiting = pin!(in_the_end("c"));
            assert!(waiting.poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        drop(held);
        // It would wait for ever after a request that nobody releases.
        drop(in_the_end("c").await);
    }

    #[wasm_bindgen_test]
    async fn a_name_that_the_browser_refuses_is_not_a_lock_that_is_held() {
        // Names that begin with a dash are reserved.
        assert!(matches!(at_once("-reserved", Exclusive).await, Err(NoLock::Failed(_))));
    }
}
