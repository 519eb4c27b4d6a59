//! The context that reaches the network: a worker of `web/download.html`, which has a policy of its own.
//!
//! The frame posts `{port}` once. Over that port the page posts [`Order`](download::Order)s and this program posts
//! [`Report`](download::Report)s, and nothing else. `download` says what an order does; this crate gives it `fetch`, the browser's
//! private file system and locks that all tabs share, all three from `web`. It cannot name an image, a question or an answer.

mod judge;
mod locks;
mod network;
mod pump;
mod shelf;
#[cfg(test)]
mod tests;

use js_sys::Reflect;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

fn main() {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        // It runs in a worker only; a test runner loads it elsewhere.
        return;
    };
    let own = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let port = Reflect::get(&message.data(), &"port".into()).unwrap_or_default();
        if let Ok(port) = port.dyn_into::<MessagePort>() {
            own.set_onmessage(None);
            pump::serve(&port);
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}
