use std::ops::Range;

use download::{Shelf, ShelfError, ShelfFile, Space};
use web::{ErrorKind, JsError, OpenFile, PrivateFolder};

/// The folder of the store.
const FOLDER: PrivateFolder = PrivateFolder::new(download::FOLDER);

/// The store in the browser's private file system.
pub(crate) struct WebShelf;

impl Shelf for WebShelf {
    type File = ShelvedFile;

    async fn open(&self, name: &str) -> Result<ShelvedFile, ShelfError> {
        FOLDER.open(name).await.map(ShelvedFile).map_err(shelf_error)
    }

    async fn read_small(&self, name: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        FOLDER.read(name).await.map_err(shelf_error)
    }

    async fn write_small(&self, name: &str, bytes: &[u8]) -> Result<(), ShelfError> {
        FOLDER.write(name, 0, bytes).await.map_err(shelf_error)
    }

    async fn remove(&self, name: &str) -> Result<(), ShelfError> {
        FOLDER.remove(name).await.map_err(shelf_error)
    }

    async fn list(&self) -> Result<Vec<(String, u64)>, ShelfError> {
        let entries = FOLDER.list().await.map_err(shelf_error)?;
        Ok(entries.into_iter().map(|entry| (entry.name, entry.n_bytes)).collect())
    }

    async fn space(&self) -> Space {
        // A browser that does not say refuses writes later.
        let estimate = web::storage::estimate().await.unwrap_or_default();
        Space { used_bytes: estimate.used_bytes, quota_bytes: estimate.quota_bytes }
    }

    /// Makes a file of that length and removes it. No bytes are written, but the browser counts them.
    async fn lacks_room(&self, n_bytes: u64) -> Option<u64> {
        // If another tab is doing the same, or the file cannot be opened, writing will show.
        let file = FOLDER.open(ROOM).await.ok()?;
        let room = match file.truncate(n_bytes) {
            Err(error) if error.kind() == ErrorKind::Full => Some(most_that_fits(&file, n_bytes)),
            _ => None,
        };
        drop(file);
        // A file that stays is empty or removed the next time.
        drop(FOLDER.remove(ROOM).await);
        room
    }
}

/// The file that [`Shelf::lacks_room`] makes. It is not a file of the store.
const ROOM: &str = "room";

/// To a thousandth of `n_bytes`, which do not fit.
fn most_that_fits(file: &OpenFile, n_bytes: u64) -> u64 {
    let (mut fits, mut is_too_much) = (0, n_bytes);
    while is_too_much - fits > n_bytes.div_ceil(1000) {
        let between = fits + (is_too_much - fits) / 2;
        if file.truncate(between).is_ok() { fits = between } else { is_too_much = between }
    }
    fits
}

/// An open file of the store.
pub(crate) struct ShelvedFile(OpenFile);

impl ShelfFile for ShelvedFile {
    fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, ShelfError> {
        self.0.read(range).map_err(shelf_error)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> Result<usize, ShelfError> {
        self.0.write(at, bytes).map_err(shelf_error)
    }

    fn truncate(&mut self, n_bytes: u64) -> Result<(), ShelfError> {
        self.0.truncate(n_bytes).map_err(shelf_error)
    }

    fn flush(&mut self) -> Result<(), ShelfError> {
        self.0.flush().map_err(shelf_error)
    }

    fn n_bytes(&mut self) -> Result<u64, ShelfError> {
        self.0.n_bytes().map_err(shelf_error)
    }
}

fn shelf_error(error: JsError) -> ShelfError {
    match error.kind() {
        ErrorKind::Full => ShelfError::Full(error.to_string()),
        _ => ShelfError::Failed(error.to_string()),
    }
}
