//! The reference machine against plain loops.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

mod profile;
mod sampler;
mod support;
mod verbs;
mod weights;
