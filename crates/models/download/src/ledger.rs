use std::{collections::BTreeMap, ops::Range};

/// Length of a chunk in the store, in bytes.
pub const CHUNK_BYTES: u32 = 4 << 20;

const MAGIC: [u8; 8] = *b"qvmchunk";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 32;
const RECORD_BYTES: usize = 48;
/// Bytes of a header or a record before its check.
const HEADER_CHECKED: usize = HEADER_BYTES - 8;
const RECORD_CHECKED: usize = RECORD_BYTES - 8;

/// Which chunks of a file are in place, and the BLAKE3 of each as it arrived.
///
/// On disk it is a header (magic, version, chunk length, file length, check: 32 bytes) and records of 48 bytes (index, chunk
/// length, hash, check), all little-endian, in order of arrival. A record is written after its chunk, never before. A torn
/// or garbled record fails its check and is ignored: its chunk is fetched again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    n_total: u64,
    chunk_bytes: u32,
    hashes: BTreeMap<u32, [u8; 32]>,
}

impl Ledger {
    /// An empty ledger for a file of `n_total` bytes in chunks of `chunk_bytes`.
    pub fn new(n_total: u64, chunk_bytes: u32) -> Result<Self, LedgerError> {
        if chunk_bytes == 0 || n_total == 0 || n_total.div_ceil(u64::from(chunk_bytes)) > u64::from(u32::MAX)
        {
            return Err(LedgerError::Lengths { n_total, chunk_bytes });
        }
        Ok(Self { n_total, chunk_bytes, hashes: BTreeMap::new() })
    }

    /// Reads a ledger; records that fail their check are left out.
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        let (header, records) =
            bytes.split_at_checked(HEADER_BYTES).ok_or(LedgerError::Short(bytes.len()))?;
        let (checked, check) = header.split_at(HEADER_CHECKED);
        if header[..8] != MAGIC || *check != seal(&[checked]) {
            return Err(LedgerError::Garbled);
        }
        let version = u32_at(header, 8);
        if version != VERSION {
            return Err(LedgerError::Version(version));
        }
        let mut ledger = Self::new(u64_at(header, 16), u32_at(header, 12))?;
        for record in records.chunks_exact(RECORD_BYTES) {
            let (checked, check) = record.split_at(RECORD_CHECKED);
            let index = u32_at(record, 0);
            if *check != seal(&[header, checked]) || index >= ledger.n_chunks() {
                continue;
            }
            if let Some(hash) = checked[8..].first_chunk::<32>() {
                ledger.hashes.insert(index, *hash);
            }
        }
        Ok(ledger)
    }

    /// The ledger as it is on disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.header().to_vec();
        for (index, hash) in &self.hashes {
            bytes.extend(self.record(*index, hash));
        }
        bytes
    }

    /// Records that a chunk is in place, and returns the record to append at [`Ledger::end`] of the file. The chunk must be
    /// flushed before that is written.
    pub(crate) fn note(&mut self, index: u32, bytes: &[u8]) -> [u8; RECORD_BYTES] {
        let hash = *blake3::hash(bytes).as_bytes();
        self.hashes.insert(index, hash);
        self.record(index, &hash)
    }

    /// Forgets a chunk, in memory.
    pub(crate) fn forget(&mut self, index: u32) {
        self.hashes.remove(&index);
    }

    /// Where the next record goes in a ledger file of `n_bytes`: a torn record at its end is overwritten.
    pub(crate) fn end(n_bytes: u64) -> u64 {
        let records = n_bytes.saturating_sub(HEADER_BYTES as u64) / RECORD_BYTES as u64;
        HEADER_BYTES as u64 + records * RECORD_BYTES as u64
    }

    /// Length of the file in bytes.
    pub fn n_total(&self) -> u64 {
        self.n_total
    }

    /// Length of every chunk but the last, in bytes.
    pub fn chunk_bytes(&self) -> u32 {
        self.chunk_bytes
    }

    /// The number of chunks of the file.
    pub fn n_chunks(&self) -> u32 {
        // `new` has checked that it fits.
        u32::try_from(self.n_total.div_ceil(u64::from(self.chunk_bytes))).unwrap_or(u32::MAX)
    }

    /// The bytes that a chunk has in the file; empty after the last.
    pub fn range(&self, index: u32) -> Range<u64> {
        let start = (u64::from(index) * u64::from(self.chunk_bytes)).min(self.n_total);
        start..(start + u64::from(self.chunk_bytes)).min(self.n_total)
    }

    /// Whether a chunk is in place.
    pub fn has(&self, index: u32) -> bool {
        self.hashes.contains_key(&index)
    }

    /// Whether every chunk is in place.
    pub fn is_whole(&self) -> bool {
        self.hashes.len() == self.n_chunks() as usize
    }

    /// Bytes in place.
    pub fn n_done(&self) -> u64 {
        self.hashes.keys().map(|index| self.range(*index)).map(|range| range.end - range.start).sum()
    }

    /// The chunks in place, by index.
    pub fn chunks(&self) -> impl DoubleEndedIterator<Item = u32> + '_ {
        self.hashes.keys().copied()
    }

    /// The first run of chunks that are missing.
    pub(crate) fn first_gap(&self) -> Option<Range<u32>> {
        let start = (0..self.n_chunks()).find(|index| !self.has(*index))?;
        let end = self.hashes.range(start..).next().map_or(self.n_chunks(), |(index, _)| *index);
        Some(start..end)
    }

    /// Whether `bytes` are what arrived as this chunk.
    pub fn check(&self, index: u32, bytes: &[u8]) -> Result<(), Damaged> {
        match self.hashes.get(&index) {
            Some(hash) if blake3::hash(bytes) == *hash => Ok(()),
            Some(_) => Err(Damaged { index, was_recorded: true }),
            None => Err(Damaged { index, was_recorded: false }),
        }
    }

    fn header(&self) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(&MAGIC);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        header[12..16].copy_from_slice(&self.chunk_bytes.to_le_bytes());
        header[16..HEADER_CHECKED].copy_from_slice(&self.n_total.to_le_bytes());
        let check = seal(&[&header[..HEADER_CHECKED]]);
        header[HEADER_CHECKED..].copy_from_slice(&check);
        header
    }

    fn record(&self, index: u32, hash: &[u8; 32]) -> [u8; RECORD_BYTES] {
        let range = self.range(index);
        let mut record = [0; RECORD_BYTES];
        record[..4].copy_from_slice(&index.to_le_bytes());
        record[4..8].copy_from_slice(&((range.end - range.start) as u32).to_le_bytes());
        record[8..RECORD_CHECKED].copy_from_slice(hash);
        let check = seal(&[&self.header(), &record[..RECORD_CHECKED]]);
        record[RECORD_CHECKED..].copy_from_slice(&check);
        record
    }
}

/// The first 8 bytes of the BLAKE3 of `parts`. A record's check covers the header too, so that records of another file that a
/// crash left after a new header are ignored, unless both files have the same length.
fn seal(parts: &[&[u8]]) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let mut seal = [0; 8];
    seal.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    seal
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// A chunk is not what the ledger says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chunk {index} of the stored file {}: have the stored model checked", if *.was_recorded { "is damaged" } else { "never arrived" })]
pub struct Damaged {
    /// Which chunk.
    pub index: u32,
    /// Whether the ledger has a hash for it.
    pub was_recorded: bool,
}

/// These bytes are not a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Not even a header.
    #[error("a ledger of chunks has a header of 32 bytes, and this file has {0} bytes in all")]
    Short(usize),
    /// The header fails its check.
    #[error("the header of the ledger of chunks is garbled")]
    Garbled,
    /// It was written by another version of this page.
    #[error("the ledger of chunks has version {0}, and version 1 is read here")]
    Version(u32),
    /// Lengths that no file can have.
    #[error("a file of {n_total} bytes in chunks of {chunk_bytes} bytes is not kept here")]
    Lengths {
        /// Length of the file.
        n_total: u64,
        /// Length of a chunk.
        chunk_bytes: u32,
    },
}
