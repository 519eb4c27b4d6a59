use futures_channel::oneshot;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::{ErrorKind, JsError};

/// The value of a promise, as the type that the browser's interface gives it.
pub(crate) async fn get<T: JsCast>(promise: Promise) -> Result<T, JsError> {
    Ok(JsFuture::from(promise).await?.dyn_into()?)
}

/// The value of one step `{done, value}` of an iterator or of a stream's reader; `None` after the last one.
pub(crate) async fn step(promise: Promise) -> Result<Option<JsValue>, JsError> {
    let step = JsFuture::from(promise).await?;
    if Reflect::get(&step, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    Ok(Some(Reflect::get(&step, &"value".into())?))
}

/// A promise and the function that fulfils it.
pub(crate) fn open_promise() -> (Promise, Function) {
    let mut fulfil = None;
    let promise = Promise::new(&mut |resolve, _| fulfil = Some(resolve));
    (promise, fulfil.unwrap_or_default())
}

/// Runs `job` to its end even if nobody waits for it any more. A file that opens late must be closed again, and a small file be
/// written whole.
pub(crate) async fn to_the_end<T: 'static>(
    job: impl Future<Output = Result<T, JsError>> + 'static,
) -> Result<T, JsError> {
    let (done, outcome) = oneshot::channel();
    wasm_bindgen_futures::spawn_local(async move {
        // If nobody waits, what was opened is dropped and so closed.
        drop(done.send(job.await));
    });
    let ended = || JsError::new(ErrorKind::Other, "the browser ended a task of the private file system");
    outcome.await.unwrap_or_else(|_| Err(ended()))
}
