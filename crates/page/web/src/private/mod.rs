//! The origin's private file system (OPFS).

mod folder;
mod open_file;
mod shared_file;
#[cfg(test)]
mod tests;

pub use folder::{Entry, PrivateFolder};
pub use open_file::OpenFile;
pub use shared_file::SharedFile;
