//! The verbs a forward pass is made of, and the trait a machine implements to run them.

mod argument;
mod check;
mod verbs;

pub use argument::{
    Activation, Filling, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span, StepTime,
};
pub use verbs::{Backend, BackendError};
