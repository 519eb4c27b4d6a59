use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use download::{FileManifest, Ledger};
use engine::SourceError;
use protocol::StoredWeights;
use web::{JsError, PrivateFolder, SharedFile, WebLock, blob};

/// The folder of the store.
const FOLDER: PrivateFolder = PrivateFolder::new(download::FOLDER);

/// Chunks in memory. Weights are read in steps of a chunk's length that begin anywhere, so a step touches two; with both kept, a file
/// that is read from front to back is read and hashed once.
const MAX_HELD: usize = 2;

const CHECK_IT: &str = "have the model checked in the Models view, which fetches what is damaged again";
const FETCH_IT: &str = "go on with its download in the Models view";

/// A whole file of the store. A read gives what arrived from the host, or an error.
pub(crate) struct StoredFile {
    name: String,
    ledger: Ledger,
    data: SharedFile,
    /// Verified, the latest last.
    held: VecDeque<(u32, Vec<u8>)>,
    _lock: Rc<WebLock>,
}

impl StoredFile {
    /// Opens a file whose lock is held.
    pub(super) async fn open(weights: &StoredWeights, lock: Rc<WebLock>) -> Result<Self, String> {
        let key = &weights.key;
        let absent = |what: &str, error: JsError| {
            format!("{what} could not be read from the store ({error}); {FETCH_IT}")
        };
        let manifest = small(&download::manifest_name(key)).await;
        let manifest = manifest.map_err(|error| absent("the file's manifest", error))?;
        let manifest = FileManifest::parse(&manifest).map_err(|error| format!("{error}; {CHECK_IT}"))?;
        let ledger = small(&download::ledger_name(key)).await;
        let ledger = ledger.map_err(|error| absent("the ledger of its chunks", error))?;
        let ledger = Ledger::parse(&ledger).map_err(|error| format!("{error}; {CHECK_IT}"))?;
        if !manifest.is_whole || !ledger.is_whole() {
            let (n_done, n_total) = (ledger.n_done(), ledger.n_total());
            return Err(format!(
                "is not whole: {n_done} of {n_total} bytes have arrived and been verified; {FETCH_IT}"
            ));
        }
        let data = FOLDER.open_shared(&download::data_name(key)).await;
        let data = data.map_err(|error| absent("its bytes", error))?;
        let (n_found, n_expected) =
            (data.n_bytes().map_err(|error| absent("its length", error))?, ledger.n_total());
        if n_found != n_expected {
            return Err(format!("has {n_found} bytes in the store, expected {n_expected}; {CHECK_IT}"));
        }
        Ok(Self { name: weights.name.clone(), ledger, data, held: VecDeque::new(), _lock: lock })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        self.ledger.n_total()
    }

    /// The bytes of `range`, every chunk of them verified; fewer if the file ends before it.
    pub(crate) async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::with_capacity((range.end - range.start) as usize);
        let mut at = range.start;
        while at < range.end.min(self.n_bytes()) {
            let index = (at / u64::from(self.ledger.chunk_bytes())) as u32;
            let place = self.ledger.range(index);
            let end = range.end.min(place.end);
            let within = (at - place.start) as usize..(end - place.start) as usize;
            bytes.extend_from_slice(&self.chunk(index).await?[within]);
            at = end;
        }
        Ok(bytes)
    }

    /// A chunk that was verified now or a moment ago.
    async fn chunk(&mut self, index: u32) -> Result<&[u8], SourceError> {
        let place = match self.held.iter().position(|(held, _)| *held == index) {
            Some(place) => place,
            None => {
                let bytes = self.verified(index).await?;
                if self.held.len() == MAX_HELD {
                    self.held.pop_front();
                }
                self.held.push_back((index, bytes));
                self.held.len() - 1
            }
        };
        Ok(&self.held[place].1)
    }

    async fn verified(&self, index: u32) -> Result<Vec<u8>, SourceError> {
        let failed = |message: String| SourceError { name: self.name.clone(), message };
        let (number, n_chunks) = (index + 1, self.ledger.n_chunks());
        let range = self.ledger.range(index);
        let n_expected = range.end - range.start;
        let bytes = self.data.read(range).await.map_err(|error| {
            failed(format!("chunk {number} of {n_chunks} could not be read: {error}; {CHECK_IT}"))
        })?;
        if bytes.len() as u64 != n_expected {
            let n_found = bytes.len();
            return Err(failed(format!(
                "chunk {number} of {n_chunks} has {n_found} bytes in the store, expected {n_expected}; {CHECK_IT}"
            )));
        }
        if self.ledger.check(index, &bytes).is_err() {
            return Err(failed(format!(
                "chunk {number} of {n_chunks} is damaged: its hash is not the one it arrived with; {CHECK_IT}"
            )));
        }
        Ok(bytes)
    }
}

/// The contents of a small file.
async fn small(name: &str) -> Result<Vec<u8>, JsError> {
    blob::read_all(&FOLDER.file(name).await?.into()).await
}
