//! Downloads in a world that misbehaves: every run ends with the bytes that were wanted or with a message, and never with a store
//! that says what is not so.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod check;
mod formats;
mod hubs;
mod keeping;
mod mirrors;
mod resuming;
mod seeds;
mod stopping;
mod troubles;
mod world;
