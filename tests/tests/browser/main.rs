//! Specs in a real browser: what a person does on the built page, and what must happen then.
//!
//! `cargo xtask test` builds the page and runs them. By hand: `cargo xtask dist`, then
//! `cargo test -p tests --test browser`. Pictures go to the cache's folder `screenshots`.

mod asking;
mod backend;
mod benchmark;
mod data_sets;
mod examples;
mod exports;
mod harness;
mod huge;
mod isolation;
mod large;
mod looks;
mod mistakes;
mod models;
mod policy;
mod runs;
mod soak;
mod weights;
