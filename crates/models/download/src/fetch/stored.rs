use std::ops::Range;

use super::Ended;
use crate::{
    FileManifest, Ledger, Shelf, ShelfError, ShelfFile, Trouble, Wanted, data_name, identity::is_sha256,
    ledger_name, manifest_name, trouble,
};

/// One file in the store: its bytes, its ledger and its manifest, open. Bytes are flushed before their record is written.
pub(crate) struct Stored<'a, S: Shelf> {
    shelf: &'a S,
    key: String,
    chunk_bytes: u32,
    data: S::File,
    records: S::File,
    ledger: Option<Ledger>,
    manifest: FileManifest,
}

impl<'a, S: Shelf> Stored<'a, S> {
    /// Opens what the store has of a file, or an empty one. Also says whether it belonged to another file and was dropped.
    pub(crate) async fn open(
        shelf: &'a S,
        key: &str,
        wanted: &Wanted,
        chunk_bytes: u32,
    ) -> Result<(Self, bool), ShelfError> {
        let known = read_manifest(shelf, key).await?;
        let manifest = known.clone().map_or_else(|| FileManifest::new(wanted), |known| merge(known, wanted));
        let data = shelf.open(&data_name(key)).await?;
        let mut records = shelf.open(&ledger_name(key)).await?;
        let n_bytes = records.n_bytes()?;
        let ledger = Ledger::parse(&records.read(0..n_bytes)?).ok();
        let mut stored = Self {
            shelf,
            key: key.to_owned(),
            chunk_bytes,
            data,
            records,
            ledger,
            manifest: manifest.clone(),
        };
        let is_another = known.is_some_and(|known| {
            let differs = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
            differs(&known.sha256, &manifest.sha256)
        }) || stored
            .ledger
            .as_ref()
            .is_some_and(|ledger| wanted.n_bytes.is_some_and(|n_bytes| n_bytes != ledger.n_total()));
        let had = stored.n_done() > 0;
        if stored.ledger.is_none() || is_another {
            // If the ledger cannot be read, its chunks are fetched again.
            stored.restart(wanted).await?;
        }
        if stored.ledger.as_ref().is_none_or(|ledger| !ledger.is_whole()) {
            stored.manifest.is_whole = false;
        }
        stored.save().await?;
        Ok((stored, is_another && had))
    }

    pub(crate) fn ledger(&self) -> Option<&Ledger> {
        self.ledger.as_ref()
    }

    pub(crate) fn manifest(&self) -> &FileManifest {
        &self.manifest
    }

    pub(crate) fn n_done(&self) -> u64 {
        self.ledger.as_ref().map_or(0, Ledger::n_done)
    }

    pub(crate) fn n_total(&self) -> Option<u64> {
        self.ledger.as_ref().map(Ledger::n_total)
    }

    /// Creates an empty ledger for a file of this length. It is written with its first record.
    pub(super) fn begin(&mut self, n_total: u64) -> Result<(), Trouble> {
        let ledger = Ledger::new(n_total, self.chunk_bytes);
        self.ledger = Some(ledger.map_err(|e| trouble::shelf(&ShelfError::Failed(e.to_string())))?);
        self.manifest.n_bytes = Some(n_total);
        Ok(())
    }

    /// Changes the manifest, and writes it if that made a difference.
    pub(super) async fn amend(&mut self, change: impl FnOnce(&mut FileManifest)) -> Result<(), ShelfError> {
        let before = self.manifest.clone();
        change(&mut self.manifest);
        if self.manifest == before { Ok(()) } else { self.save().await }
    }

    /// Writes a chunk that is missing or damaged, and then its record if it has none.
    pub(super) fn place(&mut self, index: u32, bytes: &[u8]) -> Result<(), Ended> {
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        let (name, n_bytes) = (&self.manifest.name, bytes.len() as u64);
        let full = |written: u64, ledger: &Ledger| trouble::full(name, n_bytes, written, ledger.n_done());
        match self.data.write(ledger.range(index).start, bytes) {
            Ok(written) if written == bytes.len() => {}
            Ok(written) => return Err(full(written as u64, ledger).into()),
            Err(ShelfError::Full(_)) => return Err(full(0, ledger).into()),
            Err(error) => return Err(error.into()),
        }
        self.data.flush()?;
        if ledger.has(index) {
            return Ok(());
        }
        let (at, record) = match self.records.n_bytes()? {
            // The header comes with the first record; a torn header is overwritten.
            0..32 => {
                ledger.note(index, bytes);
                (0, ledger.to_bytes())
            }
            n_bytes => (Ledger::end(n_bytes), ledger.note(index, bytes).to_vec()),
        };
        let written = self.records.write(at, &record);
        if !matches!(written, Ok(n) if n == record.len()) {
            ledger.forget(index);
            self.records.truncate(at)?;
            return Err(match written {
                Err(error @ ShelfError::Failed(_)) => error.into(),
                _ => full(0, ledger).into(),
            });
        }
        Ok(self.records.flush()?)
    }

    /// Any bytes of the file.
    pub(super) fn bytes(&mut self, range: Range<u64>) -> Result<Vec<u8>, ShelfError> {
        self.data.read(range)
    }

    /// The bytes of a chunk, as they are in the store.
    pub(super) fn read(&mut self, index: u32) -> Result<Vec<u8>, ShelfError> {
        let range = self.ledger.as_ref().map_or(0..0, |ledger| ledger.range(index));
        self.data.read(range)
    }

    /// Forgets chunks that lie past the end of the data.
    pub(super) async fn prune(&mut self) -> Result<(), ShelfError> {
        let n_data = self.data.n_bytes()?;
        let is_behind = |ledger: &Ledger, index: u32| ledger.range(index).end > n_data;
        let behind: Vec<u32> = match &self.ledger {
            Some(ledger) => ledger.chunks().filter(|index| is_behind(ledger, *index)).collect(),
            None => Vec::new(),
        };
        if behind.is_empty() { Ok(()) } else { self.forget(&behind).await }
    }

    /// Forgets chunks whose bytes are not those that arrived.
    pub(super) async fn forget(&mut self, chunks: &[u32]) -> Result<(), ShelfError> {
        if let Some(ledger) = &mut self.ledger {
            chunks.iter().for_each(|index| ledger.forget(*index));
        }
        self.rewrite()?;
        self.amend(|manifest| manifest.is_whole = false).await
    }

    /// Drops all that has arrived. The records go first.
    pub(super) async fn restart(&mut self, wanted: &Wanted) -> Result<(), ShelfError> {
        self.records.truncate(0)?;
        self.records.flush()?;
        self.data.truncate(0)?;
        self.data.flush()?;
        self.ledger = None;
        self.amend(|manifest| {
            manifest.validators.clear();
            manifest.n_bytes = wanted.n_bytes;
            manifest.sha256 = wanted.sha256.as_deref().and_then(is_sha256);
            manifest.is_whole = false;
        })
        .await
    }

    async fn save(&self) -> Result<(), ShelfError> {
        self.shelf.write_small(&manifest_name(&self.key), &self.manifest.to_json()).await
    }

    fn rewrite(&mut self) -> Result<(), ShelfError> {
        let Some(ledger) = &self.ledger else { return Ok(()) };
        self.records.truncate(0)?;
        let bytes = ledger.to_bytes();
        let written = self.records.write(0, &bytes)?;
        self.records.flush()?;
        if written < bytes.len() {
            return Err(ShelfError::Full(format!("it took {written} of {} bytes of a ledger", bytes.len())));
        }
        Ok(())
    }
}

/// What is known of a file in the store; `None` if nothing is, or nothing that can be read.
pub(crate) async fn read_manifest(shelf: &impl Shelf, key: &str) -> Result<Option<FileManifest>, ShelfError> {
    let bytes = shelf.read_small(&manifest_name(key)).await?;
    // If a crash tore it, it is written again; the ledger does not depend on it.
    Ok(bytes.and_then(|bytes| FileManifest::parse(&bytes).ok()))
}

/// What is known already, updated by the wish.
fn merge(known: FileManifest, wanted: &Wanted) -> FileManifest {
    let mut manifest = FileManifest::new(wanted);
    manifest.mirrors.extend(known.mirrors.into_iter().filter(|mirror| !wanted.mirrors.contains(mirror)));
    manifest.n_bytes = manifest.n_bytes.or(known.n_bytes);
    manifest.sha256 = manifest.sha256.or(known.sha256);
    manifest.validators = known.validators;
    manifest.is_whole = known.is_whole;
    manifest
}
