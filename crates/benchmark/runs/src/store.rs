use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;

use crate::RunError;

/// A place that keeps one log for each run.
pub trait RunStore {
    /// Held while a run is written; nobody else writes it meanwhile.
    type Lock;

    /// Whether the logs outlive this program.
    const IS_ON_DISK: bool;

    /// Every run's id with the length of its log in bytes, in any order.
    fn list(&self) -> impl Future<Output = Result<Vec<(String, u64)>, RunError>>;

    /// The log of a run; `None` if there is no such run.
    fn read(&self, id: &str) -> impl Future<Output = Result<Option<Vec<u8>>, RunError>>;

    /// The right to write a run.
    ///
    /// # Errors
    /// [`RunError::Held`] if somebody else has it.
    fn lock(&self, id: &str) -> impl Future<Output = Result<Self::Lock, RunError>>;

    /// Replaces whatever a log holds from byte `at` on with `text`. Durable once this returns.
    fn write(&self, id: &str, at: u64, text: &str) -> impl Future<Output = Result<(), RunError>>;

    /// Deletes a run; one that does not exist is not an error.
    fn remove(&self, id: &str) -> impl Future<Output = Result<(), RunError>>;

    /// Warns a developer of a log that is left out of a list.
    fn warn(&self, what: &str);
}

/// Logs that end with the program: for browsers that grant no private files, and for runs that nobody asked to keep.
#[derive(Debug, Default)]
pub struct MemoryStore(RefCell<BTreeMap<String, Vec<u8>>>);

impl RunStore for MemoryStore {
    type Lock = ();

    const IS_ON_DISK: bool = false;

    async fn list(&self) -> Result<Vec<(String, u64)>, RunError> {
        Ok(self.0.borrow().iter().map(|(id, bytes)| (id.clone(), bytes.len() as u64)).collect())
    }

    async fn read(&self, id: &str) -> Result<Option<Vec<u8>>, RunError> {
        Ok(self.0.borrow().get(id).cloned())
    }

    async fn lock(&self, _: &str) -> Result<(), RunError> {
        Ok(())
    }

    async fn write(&self, id: &str, at: u64, text: &str) -> Result<(), RunError> {
        let mut logs = self.0.borrow_mut();
        let log = logs.entry(id.to_owned()).or_default();
        log.truncate(at as usize);
        log.extend_from_slice(text.as_bytes());
        Ok(())
    }

    async fn remove(&self, id: &str) -> Result<(), RunError> {
        self.0.borrow_mut().remove(id);
        Ok(())
    }

    fn warn(&self, _: &str) {}
}
