//! Data sets in VLMEvalKit's columns, written without the product's own writer: small ones with mistakes in them, and one of
//! gigabytes that takes no space on the disk.

mod png;
mod row;
mod sparse;

pub use png::noise_png;
pub use row::{Row, tsv};
pub use sparse::{SparseFile, sparse_tsv};
