//! The rules of `crates/README.md`, as data, and checks that give every violation at once.

mod edges;
mod files;

pub use edges::{Edge, Edges, Workspace};
pub use files::{FileSizes, SourceFile, Texts};
