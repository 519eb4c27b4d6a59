//! Makes a GGUF pair, as llama.cpp's converter writes it: from a checkpoint in the hub's layout ([`pack_folder`]), or of
//! random weights in the shapes of the published models ([`synthesise`]).
//!
//! Tensors are written one by one, a few million elements at a time, so a model of any size needs the same memory. Nothing
//! is printed: the caller is given each [`Step`].

mod error;
mod hub;
mod pair;
mod step;
mod synth;

pub use error::{AdapterError, CheckpointError, ConfigError, PackError, TokenizerError};
pub use hub::{PackOptions, PackType, pack_folder};
pub use step::{Observe, Step};
pub use synth::{Size, Storage, SynthOptions, random_weight, synthesise};
