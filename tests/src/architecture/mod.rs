//! The rules of `crates/README.md`, as data, and checks that report every violation at once.

mod circles;
mod edges;
mod files;
mod modules;
mod tokens;
mod unused;
mod workspace;

pub use circles::{Arrow, Circle, Circles, Known, circles};
pub use edges::Edges;
pub use files::{FileSizes, SourceFile, Texts};
pub use unused::{Unnamed, Used};
pub use workspace::{Edge, Program, Purpose, Workspace};
