//! The names of files in the store.

use crate::ModelKey;

/// The folder in the browser's private file system that has all these files.
pub const FOLDER: &str = "weights";

/// The bytes of a file, each at its final offset.
pub fn data_name(key: &str) -> String {
    format!("{key}.data")
}

/// The [`Ledger`](crate::Ledger) of a file.
pub fn ledger_name(key: &str) -> String {
    format!("{key}.chunks")
}

/// The [`FileManifest`](crate::FileManifest) of a file.
pub fn manifest_name(key: &str) -> String {
    format!("{key}.json")
}

/// The record of a model.
pub fn model_name(key: &ModelKey) -> String {
    format!("{}.model", key.0)
}

/// The Web Lock of a file: exclusive while it is fetched, checked or deleted, shared while a loaded model reads it.
pub fn lock_name(key: &str) -> String {
    format!("{FOLDER}/{key}")
}

/// The key of the model whose record is called `name`.
pub(crate) fn model_of(name: &str) -> Option<ModelKey> {
    name.strip_suffix(".model").map(|key| ModelKey(key.to_owned()))
}

/// The key of the file that `name` belongs to.
pub(crate) fn file_of(name: &str) -> Option<&str> {
    [".data", ".chunks", ".json"].iter().find_map(|ending| name.strip_suffix(ending))
}
