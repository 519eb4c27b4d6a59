//! The verbs of a forward pass, and the trait that a machine implements to run them.

mod argument;
mod check;
mod error;
mod verbs;

pub use argument::{Activation, Filling, Heads, Linear, Norm, Rotation, Sampling, Shape, Span, StepTime};
pub use error::BackendError;
pub use verbs::{Backend, Ids, Keys};
