use std::ops::Range;

use crate::Space;

/// A flat folder that keeps files: [`FOLDER`](crate::FOLDER) in the browser's private file system, a map in tests.
pub trait Shelf {
    /// An open file.
    type File: ShelfFile;

    /// Opens a file to read and write it; one that is not there is made, empty. Nobody else has it open: its lock is held.
    fn open(&self, name: &str) -> impl Future<Output = Result<Self::File, ShelfError>>;

    /// The contents of a small file; `None` if there is none. Works while somebody has the file open.
    fn read_small(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, ShelfError>>;

    /// Makes `bytes` the contents of a small file.
    fn write_small(&self, name: &str, bytes: &[u8]) -> impl Future<Output = Result<(), ShelfError>>;

    /// Removes a file; one that is not there is not an error.
    fn remove(&self, name: &str) -> impl Future<Output = Result<(), ShelfError>>;

    /// Every file with its length in bytes. Works while somebody has files open.
    fn list(&self) -> impl Future<Output = Result<Vec<(String, u64)>, ShelfError>>;

    /// Room for this page, as the browser estimates it.
    fn space(&self) -> impl Future<Output = Space>;

    /// Asks for room for `n_bytes` more and gives it back at once: `None` if it was granted or nobody can say, or else how
    /// many bytes would be, roughly.
    fn lacks_room(&self, n_bytes: u64) -> impl Future<Output = Option<u64>>;
}

/// An open file. Dropping it closes it.
pub trait ShelfFile {
    /// The bytes of `range`, fewer where the file ends before it.
    fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, ShelfError>;

    /// Writes at `at`, behind the end as well, and says how many bytes are written: fewer than `bytes` has where room is short.
    fn write(&mut self, at: u64, bytes: &[u8]) -> Result<usize, ShelfError>;

    /// Cuts the file to `n_bytes`.
    fn truncate(&mut self, n_bytes: u64) -> Result<(), ShelfError>;

    /// Comes back when what was written is safe.
    fn flush(&mut self) -> Result<(), ShelfError>;

    /// Its length in bytes.
    fn n_bytes(&mut self) -> Result<u64, ShelfError>;
}

/// Locks by name, shared by every tab of this page.
pub trait Locks {
    /// A held lock. Dropping it lets it go.
    type Guard;

    /// The exclusive lock of this name if nobody has it, or else `None`, at once.
    fn try_lock(&self, name: &str) -> impl Future<Output = Result<Option<Self::Guard>, ShelfError>>;

    /// The exclusive lock of this name, once nobody else has it. Dropping the future withdraws the request.
    fn lock(&self, name: &str) -> impl Future<Output = Result<Self::Guard, ShelfError>>;
}

/// The store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShelfError {
    /// There is no room for more.
    #[error("the storage is full: {0}")]
    Full(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}
