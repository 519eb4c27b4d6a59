use std::ops::Range;

use crate::Space;

/// A flat folder that keeps files: [`FOLDER`](crate::FOLDER) in the browser's private file system, a map in tests.
pub trait Shelf {
    /// An open file.
    type File: ShelfFile;

    /// Opens a file to read and write it, and creates it if it does not exist. Nobody else has it open: its lock is held.
    fn open(&self, name: &str) -> impl Future<Output = Result<Self::File, ShelfError>>;

    /// The contents of a small file; `None` if there is none. Works while the file is open elsewhere.
    fn read_small(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, ShelfError>>;

    /// Replaces the contents of a small file by `bytes`.
    fn write_small(&self, name: &str, bytes: &[u8]) -> impl Future<Output = Result<(), ShelfError>>;

    /// Removes a file; one that is not there is not an error.
    fn remove(&self, name: &str) -> impl Future<Output = Result<(), ShelfError>>;

    /// Every file with its length in bytes. Works while files are open elsewhere.
    fn list(&self) -> impl Future<Output = Result<Vec<(String, u64)>, ShelfError>>;

    /// The storage of this page, as the browser estimates it.
    fn space(&self) -> impl Future<Output = Space>;

    /// Requests room for `n_bytes` more and releases it at once. `None` if it was granted or cannot be determined, otherwise
    /// roughly how many bytes would be granted.
    fn lacks_room(&self, n_bytes: u64) -> impl Future<Output = Option<u64>>;
}

/// An open file. Dropping it closes it.
pub trait ShelfFile {
    /// The bytes of `range`, fewer if the file ends earlier.
    fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, ShelfError>;

    /// Writes at `at`, which may be past the end, and returns how many bytes were written: fewer than `bytes` has if room is short.
    fn write(&mut self, at: u64, bytes: &[u8]) -> Result<usize, ShelfError>;

    /// Cuts the file to `n_bytes`.
    fn truncate(&mut self, n_bytes: u64) -> Result<(), ShelfError>;

    /// Durable once this returns.
    fn flush(&mut self) -> Result<(), ShelfError>;

    /// Its length in bytes.
    fn n_bytes(&mut self) -> Result<u64, ShelfError>;
}

/// Locks by name, shared by every tab of this page.
pub trait Locks {
    /// A held lock. Dropping it releases it.
    type Guard;

    /// The exclusive lock of this name if nobody holds it, otherwise `None`, at once.
    fn try_lock(&self, name: &str) -> impl Future<Output = Result<Option<Self::Guard>, ShelfError>>;

    /// The exclusive lock of this name, once nobody else holds it. Dropping the future withdraws the request.
    fn lock(&self, name: &str) -> impl Future<Output = Result<Self::Guard, ShelfError>>;
}

/// The store failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShelfError {
    /// There is not enough room.
    #[error("the storage is full: {0}")]
    Full(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}
