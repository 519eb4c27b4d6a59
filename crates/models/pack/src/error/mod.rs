//! Why no pair was made. A message, with those of its sources, says what was found and what was expected, and where.

mod adapter;
mod checkpoint;
mod config;
mod tokenizer;

use std::io;
use std::num::TryFromIntError;
use std::path::PathBuf;

use tensor::{Dtype, LayoutError};

pub use adapter::AdapterError;
pub use checkpoint::CheckpointError;
pub use config::ConfigError;
pub use tokenizer::TokenizerError;

pub(crate) type Result<T, E = PackError> = std::result::Result<T, E>;

/// Why no pair was made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file or folder cannot be read, made, renamed or removed.
    #[error("cannot {action} {}", .path.display())]
    File {
        /// `read`, `make` and the like.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// In the system's words.
        source: io::Error,
    },
    /// A JSON file is malformed, or lacks a field.
    #[error("in {}", .path.display())]
    Json {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A folder lacks a file.
    #[error("{} has no {file}; give the folder as it was downloaded from the hub", .folder.display())]
    Missing {
        /// The folder of the model.
        folder: PathBuf,
        /// The file's name.
        file: &'static str,
    },
    /// `config.json` is not that of a model that can be packed.
    #[error("in {}", .path.display())]
    Config {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: ConfigError,
    },
    /// The safetensors are damaged, or are not those of a Qwen2-VL.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The tensors have other shapes than `config.json`, or a default for what it leaves out, calls for.
    #[error("{}", .contradictions.join("\n"))]
    Contradicted {
        /// A sentence for each number that the tensors contradict.
        contradictions: Vec<String>,
        /// The first tensor that has another shape than it should.
        source: CheckpointError,
    },
    /// The tokenizer cannot be read.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// An adapter does not fit the model, or is of a kind that is not merged.
    #[error("adapter {}", .folder.display())]
    Adapter {
        /// Where it is.
        folder: PathBuf,
        /// What is wrong with it.
        source: AdapterError,
    },
    /// A file of the pair cannot be written.
    #[error("cannot write {}", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: Box<PackError>,
    },
    /// A tensor cannot be converted.
    #[error("tensor {name}, from {hub_name}")]
    Tensor {
        /// Its name in the pair.
        name: String,
        /// Its name in the checkpoint.
        hub_name: String,
        /// Why.
        source: Box<PackError>,
    },
    /// A value does not fit the type that was asked for.
    #[error("holds {found}; {dtype} holds finite values up to {largest} (try --type bf16 or f32)")]
    Value {
        /// The first such value.
        found: f32,
        /// The type.
        dtype: Dtype,
        /// The largest value that it holds.
        largest: f32,
    },
    /// candle refused to quantise.
    #[error("cannot store as {dtype}")]
    Quantise {
        /// The type.
        dtype: Dtype,
        /// In candle's words.
        source: Box<candle_core::Error>,
    },
    /// A tensor came out at another length than its file's index says.
    #[error("tensor {name:?} came out at {found} bytes; its index entry says {expected}")]
    Length {
        /// Its name in the pair.
        name: String,
        /// Bytes that were written.
        found: usize,
        /// Bytes that it should have.
        expected: usize,
    },
    /// Tensors of a file's index were not written.
    #[error("{n} tensors of the index were never written")]
    Unwritten {
        /// How many.
        n: usize,
    },
    /// A pair of random weights was asked for with a depth that the model does not have.
    #[error("{option} is {asked}; expected 1 to {most}")]
    Depth {
        /// The option's name.
        option: &'static str,
        /// What was asked for.
        asked: usize,
        /// The true depth.
        most: usize,
    },
    /// A vocabulary is too small for Qwen2's tokens.
    #[error("a vocabulary of {found} has no room for the {needed} tokens of Qwen2")]
    Vocabulary {
        /// Tokens that there is room for.
        found: usize,
        /// Tokens of Qwen2.
        needed: usize,
    },
    /// Rows do not fill whole blocks.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A number has more bits than its place in a GGUF file.
    #[error("a number does not fit its place in a GGUF file")]
    Number(#[from] TryFromIntError),
    /// The system refused to read or write.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A thread of the conversion panicked.
    #[error("a thread of the conversion failed")]
    Thread,
}

/// What to do if a condition does not hold.
pub(crate) fn ensure<E>(holds: bool, error: impl FnOnce() -> E) -> Result<(), E> {
    if holds { Ok(()) } else { Err(error()) }
}

/// Puts path and action on an error of the system.
pub(crate) fn file_error(
    action: &'static str,
    path: &std::path::Path,
) -> impl FnOnce(io::Error) -> PackError {
    let path = path.to_path_buf();
    move |source| PackError::File { action, path, source }
}
