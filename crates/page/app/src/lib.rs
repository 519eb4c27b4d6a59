//! The page: what it knows, what it shows, and its side of the talk with the inference worker.
//!
//! [`state`] is plain data and a reducer: no browser, tested natively. Everything that touches the DOM lives below
//! `browser` and is compiled for wasm32 alone. The page shares `protocol` with the worker, `bench` inside it, and
//! `download` with the context that reaches the network; no image, question or answer has a place in that one.

pub mod catalogue;
pub mod decimal;
pub mod format;
pub mod state;

#[cfg(test)]
mod document_tests;

#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "leptos' component macro makes a public item of every component")]
mod browser;
#[cfg(target_arch = "wasm32")]
pub use browser::mount;
