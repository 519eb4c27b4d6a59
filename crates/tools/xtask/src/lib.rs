//! The project's own commands: set up what is missing, build the page, serve it, check everything, measure it.
//!
//! `cargo xtask serve` and `cargo xtask test` do all of it on a machine that has Rust. Tools go to a cache outside
//! the checkout ([`Layout::tools`]); a tool of another version than the pinned one is replaced, never used.

mod command;
mod layout;

pub mod bench;
pub mod budget;
pub mod checks;
pub mod dist;
pub mod setup;
pub mod site;
pub mod soak;

pub use layout::Layout;
