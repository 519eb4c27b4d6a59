//! What a header may hold. A file beyond one of these is refused as damaged.
//!
//! The bounds are several times what published models need (a Qwen2-VL header is 6 MB with 152 thousand tokens and 151
//! thousand merges; the largest vocabularies have 262 thousand tokens), and small enough that a header of the largest
//! permitted kind still fits in a browser's 32-bit memory.

/// Longest header: everything before the tensor data.
pub const MAX_HEADER_BYTES: u64 = 64 << 20;
/// Most key-value pairs.
pub const MAX_KEYS: u64 = 1 << 16;
/// Most tensors in one file.
pub const MAX_TENSORS: u64 = 1 << 16;
/// Longest key or tensor name (the limit of the GGUF specification for keys).
pub const MAX_NAME_BYTES: u64 = (1 << 16) - 1;
/// Longest string value. Some files carry a whole tokenizer description in one.
pub const MAX_STRING_BYTES: u64 = 32 << 20;
/// Most array elements in all values together: parsed values take up to 32 bytes each.
pub const MAX_ARRAY_ELEMENTS: u64 = 4 << 20;
/// Deepest nesting of arrays in arrays.
pub const MAX_ARRAY_DEPTH: usize = 4;
/// Most dimensions of a tensor (`GGML_MAX_DIMS`).
pub const MAX_DIMENSIONS: u32 = 4;
