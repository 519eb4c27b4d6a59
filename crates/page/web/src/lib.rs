//! The browser's plumbing, once: private files, locks, requests for ranges, turns of the event loop.
//!
//! This crate knows names, addresses, numbers and bytes. It cannot name an image, a model or a question: `downloader`, which
//! reaches the network, depends on it. It compiles for wasm32 only. Everything works in a worker; most of it works in a window too,
//! except [`OpenFile`] and [`SharedFile`].

pub mod blob;
mod error;
mod event_loop;
mod fetch;
mod lock;
mod private;
mod promise;
mod property;
pub mod storage;

pub use error::{ErrorKind, JsError, describe};
pub use event_loop::{sleep, yield_to_event_loop};
pub use fetch::{Body, ContentRange, NotThePart, Request, Response};
pub use lock::{LockMode, NoLock, Patience, WebLock};
pub use private::{Entry, OpenFile, PrivateFolder, SharedFile};
pub use property::{navigator, object, property};

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
