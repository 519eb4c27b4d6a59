use std::cell::RefCell;
use std::collections::BTreeMap;

use super::trouble::Trouble;

/// A place for runs, one file each.
pub(crate) trait Shelf {
    /// Held as long as a run is written; nobody else writes it then.
    type Lock;

    /// Whether what lies here outlives the tab.
    const IS_ON_DISK: bool;

    /// Every run with the length of its file in bytes, in any order.
    async fn list(&self) -> Result<Vec<(String, u64)>, Trouble>;

    /// The file of a run; none where there is no such run.
    async fn read(&self, id: &str) -> Result<Option<Vec<u8>>, Trouble>;

    /// # Errors
    /// [`Trouble::Held`] where another tab has it.
    async fn lock(&self, id: &str) -> Result<Self::Lock, Trouble>;

    /// Makes `text` what stands in a file from byte `at` on, to its end. When this is over it is where it outlives a crash.
    async fn write(&self, id: &str, at: u64, text: &str) -> Result<(), Trouble>;

    /// Forgets a run; one that is not there is not an error.
    async fn remove(&self, id: &str) -> Result<(), Trouble>;

    /// Tells a developer of a file that is left out.
    fn warn(&self, what: &str);
}

/// Runs that are gone with the worker: for browsers that grant no private files.
#[derive(Debug, Default)]
pub(crate) struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

impl Shelf for Memory {
    type Lock = ();

    const IS_ON_DISK: bool = false;

    async fn list(&self) -> Result<Vec<(String, u64)>, Trouble> {
        Ok(self.0.borrow().iter().map(|(id, bytes)| (id.clone(), bytes.len() as u64)).collect())
    }

    async fn read(&self, id: &str) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(self.0.borrow().get(id).cloned())
    }

    async fn lock(&self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn write(&self, id: &str, at: u64, text: &str) -> Result<(), Trouble> {
        let mut files = self.0.borrow_mut();
        let file = files.entry(id.to_owned()).or_default();
        file.truncate(at as usize);
        file.extend_from_slice(text.as_bytes());
        Ok(())
    }

    async fn remove(&self, id: &str) -> Result<(), Trouble> {
        self.0.borrow_mut().remove(id);
        Ok(())
    }

    fn warn(&self, _: &str) {}
}
