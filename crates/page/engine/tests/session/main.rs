//! Whole sessions over the reference machine: small golden models, and the bundled model with its examples.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests panic as tests do")]

mod answers;
mod backend;
mod benchmark;
mod benchmark_files;
mod benchmark_letters;
mod commands;
mod container;
mod conversation;
mod counting;
mod files;
mod host;
mod lazy;
mod load;
mod lost;
mod moved;
mod pace;
mod profile;
mod refusals;
mod remote;
mod split;
mod stop;
mod streaming;
mod talk;
