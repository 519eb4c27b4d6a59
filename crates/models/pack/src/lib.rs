//! Makes a GGUF pair, as llama.cpp's converter writes it: from a checkpoint in the hub's layout ([`pack_folder`]), or of
//! random weights in the shapes of the published models ([`synthesise`]).
//!
//! Tensors pass one by one, a few million elements at a time, from where they come from to the file, so the size of a
//! model does not matter to memory. Nothing is printed: whoever calls is given each [`Step`].

mod error;
mod hub;
mod pair;
mod step;
mod synth;

pub use error::{AdapterError, CheckpointError, ConfigError, PackError, TokenizerError};
pub use hub::{PackOptions, PackType, pack_folder};
pub use step::{Observe, Step};
pub use synth::{Size, Storage, SynthOptions, random_weight, synthesise};
