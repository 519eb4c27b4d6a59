//! Every kernel on a software adapter, at ragged sizes, between canaries, against the same arithmetic in f64 on the host.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

mod attend;
mod harness;
mod linear;
mod pointwise;
mod sample;
mod support;
