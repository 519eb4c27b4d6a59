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
#[expect(missing_docs, reason = "the message of a variant says what its fields are")]
pub enum PackError {
    /// A file or folder cannot be read, made, renamed or removed.
    #[error("cannot {action} {}", .path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// A JSON file is malformed, or lacks a field.
    #[error("in {}", .path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    /// A folder lacks a file.
    #[error("{} has no {file}; give the folder as it was downloaded from the hub", .folder.display())]
    Missing { folder: PathBuf, file: &'static str },
    /// `config.json` is not that of a model that can be packed.
    #[error("in {}", .path.display())]
    Config { path: PathBuf, source: ConfigError },
    /// The safetensors are damaged, or are not those of a Qwen2-VL.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The tensors have other shapes than `config.json`, or a default for what it leaves out, calls for.
    #[error("{}", .contradictions.join("\n"))]
    Contradicted { contradictions: Vec<String>, source: CheckpointError },
    /// The tokenizer cannot be read.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// An adapter does not fit the model, or is of a kind that is not merged.
    #[error("adapter {}", .folder.display())]
    Adapter { folder: PathBuf, source: AdapterError },
    /// A file of the pair cannot be written.
    #[error("cannot write {}", .path.display())]
    Write { path: PathBuf, source: Box<PackError> },
    /// A tensor cannot be converted.
    #[error("tensor {name}, from {hub_name}")]
    Tensor { name: String, hub_name: String, source: Box<PackError> },
    /// A value does not fit the type that was asked for.
    #[error("holds {found}; {dtype} holds finite values up to {largest} (try --type bf16 or f32)")]
    Value { found: f32, dtype: Dtype, largest: f32 },
    /// candle refused to quantise.
    #[error("cannot store as {dtype}")]
    Quantise { dtype: Dtype, source: Box<candle_core::Error> },
    /// A tensor came out at another length than its file's index says.
    #[error("tensor {name:?} came out at {found} bytes; its index entry says {expected}")]
    Length { name: String, found: usize, expected: usize },
    /// Tensors of a file's index were not written.
    #[error("{n} tensors of the index were never written")]
    Unwritten { n: usize },
    /// A pair of random weights was asked for with a depth that the model does not have.
    #[error("{option} is {asked}; expected 1 to {most}")]
    Depth { option: &'static str, asked: usize, most: usize },
    /// A vocabulary is too small for Qwen2's tokens.
    #[error("a vocabulary of {found} has no room for the {needed} tokens of Qwen2")]
    Vocabulary { found: usize, needed: usize },
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

/// An error, unless a condition holds.
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
