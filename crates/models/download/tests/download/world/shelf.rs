use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ops::Range,
    rc::Rc,
};

use download::{Ledger, Shelf, ShelfError, ShelfFile, Space};

use super::{Random, clock::yield_now};

/// A shelf in memory, with a quota. It can crash, and it sees to it that no ledger ever records what is not safe.
#[derive(Clone, Default)]
pub(crate) struct MemoryShelf(Rc<State>);

#[derive(Default)]
struct State {
    files: RefCell<BTreeMap<String, File>>,
    open: RefCell<Vec<String>>,
    /// Bytes that fit in all.
    capacity: Cell<Option<u64>>,
    /// What the browser says about it, if that is something else.
    told_quota: Cell<Option<u64>>,
    /// Writes and flushes until the tab dies.
    n_until_crash: Cell<Option<u32>>,
    n_written: Cell<u64>,
    /// Whether the browser grants what it reports, which is then its capacity.
    is_honest: Cell<bool>,
    /// Writes of data until one is short, though there is room.
    n_until_short: Cell<Option<u32>>,
}

#[derive(Clone, Default)]
struct File {
    now: Vec<u8>,
    /// As of the last flush.
    safe: Vec<u8>,
}

impl MemoryShelf {
    pub(crate) fn contents(&self, name: &str) -> Option<Vec<u8>> {
        self.0.files.borrow().get(name).map(|file| file.now.clone())
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.files.borrow().keys().cloned().collect()
    }

    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) {
        self.0.files.borrow_mut().insert(name.to_owned(), File { now: bytes.clone(), safe: bytes });
    }

    pub(crate) fn flip(&self, name: &str, at: usize) {
        let mut bytes = self.contents(name).unwrap();
        bytes[at] ^= 0x10;
        self.put(name, bytes);
    }

    pub(crate) fn set_capacity(&self, n_bytes: Option<u64>) {
        self.0.capacity.set(n_bytes);
    }

    pub(crate) fn tell_quota(&self, n_bytes: u64) {
        self.0.told_quota.set(Some(n_bytes));
    }

    /// It reports more room than there is, and does not grant it.
    pub(crate) fn grant(&self, n_bytes: u64) {
        self.set_capacity(Some(n_bytes));
        self.tell_quota(1 << 40);
        self.0.is_honest.set(true);
    }

    /// Bytes that were written to data files.
    pub(crate) fn n_written(&self) -> u64 {
        self.0.n_written.get()
    }

    pub(crate) fn crash_after(&self, n_steps: u32) {
        self.0.n_until_crash.set(Some(n_steps));
    }

    pub(crate) fn write_short_after(&self, n_writes: u32) {
        self.0.n_until_short.set(Some(n_writes));
    }

    /// The machine starts again: what was flushed is there, and of the rest what chance left.
    pub(crate) fn restart(&self, random: &mut Random) {
        self.0.n_until_crash.set(None);
        self.0.open.borrow_mut().clear();
        for file in self.0.files.borrow_mut().values_mut() {
            if random.below(2) == 0 {
                file.now.clone_from(&file.safe);
            }
            file.safe.clone_from(&file.now);
        }
        self.check_ledgers(|file| &file.now);
    }

    /// Every record of every ledger stands for bytes that are there.
    pub(crate) fn check(&self) {
        self.check_ledgers(|file| &file.now);
    }

    fn check_ledgers(&self, state: impl Fn(&File) -> &Vec<u8>) {
        let files = self.0.files.borrow();
        for (name, file) in files.iter() {
            let Some(key) = name.strip_suffix(".chunks") else { continue };
            let Ok(ledger) = Ledger::parse(state(file)) else { continue };
            let data = files.get(&download::data_name(key)).map(&state).cloned().unwrap_or_default();
            for index in ledger.chunks() {
                let range = ledger.range(index);
                let bytes = data.get(range.start as usize..range.end as usize).unwrap_or_default();
                assert_eq!(ledger.check(index, bytes), Ok(()), "{name} records what is not there");
            }
        }
    }

    fn step(&self) -> Result<(), ShelfError> {
        match self.0.n_until_crash.get() {
            Some(0) => Err(ShelfError::Failed("the tab has died".to_owned())),
            Some(n) => {
                self.0.n_until_crash.set(Some(n - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn used(&self) -> u64 {
        self.0.files.borrow().values().map(|file| file.now.len() as u64).sum()
    }
}

impl Shelf for MemoryShelf {
    type File = MemoryFile;

    async fn open(&self, name: &str) -> Result<MemoryFile, ShelfError> {
        yield_now().await;
        self.step()?;
        let mut open = self.0.open.borrow_mut();
        assert!(!open.iter().any(|other| other == name), "{name} is open twice");
        open.push(name.to_owned());
        self.0.files.borrow_mut().entry(name.to_owned()).or_default();
        Ok(MemoryFile { shelf: self.clone(), name: name.to_owned() })
    }

    async fn read_small(&self, name: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        yield_now().await;
        Ok(self.contents(name))
    }

    async fn write_small(&self, name: &str, bytes: &[u8]) -> Result<(), ShelfError> {
        yield_now().await;
        self.step()?;
        self.put(name, bytes.to_vec());
        Ok(())
    }

    async fn remove(&self, name: &str) -> Result<(), ShelfError> {
        self.step()?;
        assert!(
            !self.0.open.borrow().iter().any(|other| other == name),
            "{name} is removed while it is open"
        );
        self.0.files.borrow_mut().remove(name);
        Ok(())
    }

    async fn list(&self) -> Result<Vec<(String, u64)>, ShelfError> {
        Ok(self.0.files.borrow().iter().map(|(name, file)| (name.clone(), file.now.len() as u64)).collect())
    }

    async fn space(&self) -> Space {
        Space {
            used_bytes: Some(self.used()),
            quota_bytes: self.0.told_quota.get().or(self.0.capacity.get()),
        }
    }

    async fn lacks_room(&self, n_bytes: u64) -> Option<u64> {
        let room = self.0.capacity.get()?.saturating_sub(self.used());
        (self.0.is_honest.get() && room < n_bytes).then_some(room)
    }
}

pub(crate) struct MemoryFile {
    shelf: MemoryShelf,
    name: String,
}

impl MemoryFile {
    fn with<T>(&self, change: impl FnOnce(&mut File) -> T) -> T {
        change(self.shelf.0.files.borrow_mut().entry(self.name.clone()).or_default())
    }
}

impl MemoryFile {
    fn is_short_now(&self) -> bool {
        let n = self.shelf.0.n_until_short.get().filter(|_| self.name.ends_with(".data"));
        if let Some(n) = n {
            self.shelf.0.n_until_short.set(n.checked_sub(1));
        }
        n == Some(0)
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        self.shelf.0.open.borrow_mut().retain(|name| *name != self.name);
    }
}

impl ShelfFile for MemoryFile {
    fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, ShelfError> {
        Ok(self.with(|file| {
            let end = range.end.min(file.now.len() as u64);
            file.now[range.start.min(end) as usize..end as usize].to_vec()
        }))
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> Result<usize, ShelfError> {
        let dies = self.shelf.step().is_err();
        let room = self
            .shelf
            .0
            .capacity
            .get()
            .map_or(u64::MAX, |capacity| capacity.saturating_sub(self.shelf.used()));
        let now = self.with(|file| file.now.len() as u64);
        let fits = (now.saturating_sub(at).saturating_add(room)).min(bytes.len() as u64) as usize;
        // Whoever dies in a write may have written half of it.
        let n = if dies || self.is_short_now() { fits / 2 } else { fits };
        let at = at as usize;
        self.with(|file| {
            file.now.resize(file.now.len().max(at + n), 0);
            file.now[at..at + n].copy_from_slice(&bytes[..n]);
        });
        if dies {
            return Err(ShelfError::Failed("the tab has died".to_owned()));
        }
        if self.name.ends_with(".data") {
            self.shelf.0.n_written.set(self.shelf.0.n_written.get() + n as u64);
        } else {
            // What is recorded must be safe already.
            let ledger = self.with(|file| file.now.clone());
            let key = self.name.strip_suffix(".chunks").unwrap();
            if let Ok(ledger) = Ledger::parse(&ledger) {
                let files = self.shelf.0.files.borrow();
                let safe = &files[&download::data_name(key)].safe;
                for index in ledger.chunks() {
                    let range = ledger.range(index);
                    let bytes = safe.get(range.start as usize..range.end as usize).unwrap_or_default();
                    assert_eq!(ledger.check(index, bytes), Ok(()), "recorded before it was safe");
                }
            }
        }
        Ok(n)
    }

    fn truncate(&mut self, n_bytes: u64) -> Result<(), ShelfError> {
        self.shelf.step()?;
        self.with(|file| file.now.resize(n_bytes as usize, 0));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ShelfError> {
        self.shelf.step()?;
        self.with(|file| file.safe.clone_from(&file.now));
        Ok(())
    }

    fn n_bytes(&mut self) -> Result<u64, ShelfError> {
        Ok(self.with(|file| file.now.len() as u64))
    }
}
