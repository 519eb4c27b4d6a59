//! What the browser grants this origin of its storage as a whole.

use js_sys::Promise;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

use crate::{JsError, navigator, property};

/// The browser's estimate of this origin's storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes in use.
    pub used_bytes: Option<u64>,
    /// Bytes that may be in use.
    pub quota_bytes: Option<u64>,
}

pub(crate) fn manager() -> Result<StorageManager, JsError> {
    Ok(navigator("storage")?.dyn_into()?)
}

/// Asks for the estimate. A number that the browser does not give is `None`.
///
/// # Errors
/// If the browser has no such interface or refuses.
pub async fn estimate() -> Result<Estimate, JsError> {
    let estimate = JsFuture::from(manager()?.estimate()?).await?;
    let bytes = |field: &str| Some(property(&estimate, field)?.as_f64()? as u64);
    Ok(Estimate { used_bytes: bytes("usage"), quota_bytes: bytes("quota") })
}

/// Whether the browser keeps the storage until a person clears it. `None` if it does not say.
pub async fn is_persistent() -> Option<bool> {
    yes_or_no(manager().ok()?.persisted()).await
}

/// Asks the browser to keep the storage until a person clears it; says whether it will. `None` if it does not say.
pub async fn persist() -> Option<bool> {
    yes_or_no(manager().ok()?.persist()).await
}

async fn yes_or_no(promise: Result<Promise, JsValue>) -> Option<bool> {
    JsFuture::from(promise.ok()?).await.ok()?.as_bool()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn the_browser_says_how_much_room_there_is_and_whether_it_keeps_it() {
        let estimate = estimate().await.unwrap();
        assert!(estimate.quota_bytes.unwrap() > 0 && estimate.used_bytes.is_some(), "{estimate:?}");
        assert!(is_persistent().await.is_some());
    }
}
