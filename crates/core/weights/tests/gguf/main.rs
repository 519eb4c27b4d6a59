//! The index of a GGUF file, on files that a small writer makes; `hostile` is a binary of its own.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

mod file;
mod load_plan;
mod reading;
mod real_files;
mod reference;
mod refusing;
mod split;
