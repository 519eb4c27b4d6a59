//! What a header may hold. A file beyond one of these is refused as damaged.
//!
//! The bounds are several times what published models need: a Qwen2-VL header has 6 MB, with 152 thousand tokens and 151
//! thousand merges, and the largest vocabularies have 262 thousand tokens. They are small enough that the largest header
//! that is accepted still fits in a browser's 32-bit memory.

/// The longest header: everything before the tensor data.
pub const MAX_HEADER_BYTES: u64 = 64 << 20;
/// The most key-value pairs.
pub const MAX_KEYS: u64 = 1 << 16;
/// The most tensors in one file.
pub const MAX_TENSORS: u64 = 1 << 16;
/// The longest key or tensor name (the limit of the GGUF specification for keys).
pub const MAX_NAME_BYTES: u64 = (1 << 16) - 1;
/// The longest string value. Some files have a whole tokenizer description in one.
pub const MAX_STRING_BYTES: u64 = 32 << 20;
/// The most array elements in all values together. An element takes at most 40 bytes in memory.
pub const MAX_ARRAY_ELEMENTS: u64 = 4 << 20;
/// The deepest nesting of arrays in arrays.
pub const MAX_ARRAY_DEPTH: usize = 4;
/// The most dimensions of a tensor (`GGML_MAX_DIMS`).
pub const MAX_DIMENSIONS: u32 = 4;
