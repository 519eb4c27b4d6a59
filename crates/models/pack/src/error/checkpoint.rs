use std::io;
use std::path::PathBuf;

use safetensors::Dtype;

/// Why the safetensors of a folder are not used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of a variant says what it means")]
pub enum CheckpointError {
    #[error("{} holds neither {single} nor {index}; only safetensors are read", .folder.display())]
    NoWeights { folder: PathBuf, single: &'static str, index: &'static str },
    #[error("{index} has no weight_map that names a file for every tensor")]
    Index { index: &'static str },
    #[error("cannot read {}", .path.display())]
    File { path: PathBuf, source: Box<CheckpointError> },
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("is {found} bytes long: too short for a safetensors file")]
    Short { found: u64 },
    #[error("its header claims {claimed} bytes of a file of {found}; not a safetensors file, or cut off")]
    Header { claimed: u64, found: u64 },
    #[error("its header is not that of a safetensors file")]
    Malformed(#[from] serde_json::Error),
    #[error("is {found} bytes long; its header calls for {expected} (download it again)")]
    Length { found: u64, expected: u64 },
    #[error("tensor {name} is {dtype:?}; expected F32, F16 or BF16 (unquantised weights)")]
    Type { name: String, dtype: Dtype },
    #[error("tensor {name} is there twice (as {other} in {})", .path.display())]
    Twice { name: String, other: String, path: PathBuf },
    #[error("the safetensors hold no {name}, which config.json calls for")]
    Absent { name: String },
    #[error("tensor {name} has shape {found:?}; expected {expected:?} by config.json")]
    Shape { name: String, found: Vec<usize>, expected: Vec<usize> },
    #[error(
        "the safetensors hold {name}, part of an adapter; give the model as --from and the adapter's folder as --lora"
    )]
    AdapterInside { name: String },
    #[error("{n} tensors are none of Qwen2-VL's, {first} first")]
    Strange { n: usize, first: String },
}
