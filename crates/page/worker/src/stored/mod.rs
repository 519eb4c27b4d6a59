//! Files of the page's own store, verified as they are read.
//!
//! The downloader writes them, chunk by chunk with the hash of each; here they are only read. A lock that all tabs share is held while
//! a model's files are in use, so that nobody repairs or deletes them meanwhile.

mod file;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;

use engine::SourceError;
use protocol::StoredWeights;
use web::{LockMode, NoLock, Patience, WebLock};

pub(crate) use file::StoredFile;

/// The files of one model in the store.
pub(crate) struct StoredFiles {
    files: Vec<StoredWeights>,
    /// One for each file, from the first time they are opened until the model is let go.
    locks: RefCell<Vec<Rc<WebLock>>>,
}

impl StoredFiles {
    pub(crate) fn new(files: Vec<StoredWeights>) -> Self {
        Self { files, locks: RefCell::default() }
    }

    /// Every file, open.
    ///
    /// # Errors
    /// If one is being written, is not there or is not whole.
    pub(crate) async fn open(&self) -> Result<Vec<StoredFile>, SourceError> {
        let locks = self.lock().await?;
        let mut opened = Vec::with_capacity(self.files.len());
        for (weights, lock) in self.files.iter().zip(locks) {
            let file = StoredFile::open(weights, lock).await;
            opened.push(file.map_err(|message| failed(weights, message))?);
        }
        Ok(opened)
    }

    async fn lock(&self) -> Result<Vec<Rc<WebLock>>, SourceError> {
        let held = self.locks.borrow().clone();
        if held.len() == self.files.len() {
            return Ok(held);
        }
        let mut locks = Vec::with_capacity(self.files.len());
        for weights in &self.files {
            let lock =
                WebLock::request(&download::lock_name(&weights.key), LockMode::Shared, Patience::BRIEF).await;
            locks.push(Rc::new(lock.map_err(|error| failed(weights, no_lock(error)))?));
        }
        self.locks.replace(locks.clone());
        Ok(locks)
    }
}

fn no_lock(error: NoLock) -> String {
    match error {
        NoLock::Held => {
            "is being fetched, checked or deleted, in this tab or another; open the model again when that is over"
                .to_owned()
        }
        NoLock::Failed(why) => format!("could not be locked: {why}"),
    }
}

fn failed(weights: &StoredWeights, message: String) -> SourceError {
    SourceError { name: weights.name.clone(), message }
}
