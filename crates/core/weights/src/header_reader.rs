use std::ops::Range;

use crate::cursor::HeaderError;
use crate::limits::MAX_HEADER_BYTES;
use crate::walk::walk;
use crate::{Gguf, GgufError};

/// The first prefix: the whole header of a vision tower, and enough to refuse any other file.
const FIRST_BYTES: u64 = 64 << 10;

/// Asks for prefixes of a file until its header is complete.
///
/// The prefixes double, so a header of 6 MB takes eight reads, and each of its bytes is read about twice.
#[derive(Debug)]
pub struct HeaderReader {
    file_len: u64,
    prefix: Vec<u8>,
    /// Length of the prefix from which the header is read next.
    needed: u64,
    complete: bool,
}

impl HeaderReader {
    /// A reader for a file of `file_len` bytes.
    pub fn new(file_len: u64) -> Self {
        Self { file_len, prefix: Vec::new(), needed: FIRST_BYTES.min(file_len), complete: false }
    }

    /// The bytes of the file to feed next. They follow those that were fed. The range is empty once the header is
    /// complete, and for an empty file.
    pub fn want(&self) -> Range<u64> {
        let fed = self.prefix.len() as u64;
        if self.complete { 0..0 } else { fed..self.needed.max(fed) }
    }

    /// Takes the next bytes of the file: those of [`want`](Self::want), or fewer.
    ///
    /// Returns the index when the header is complete, and `None` before and after.
    ///
    /// # Errors
    /// See [`GgufError`]: everything in the header and the length of the file that makes the file unusable. If bytes are
    /// wanted and none are given, that is [`GgufError::SourceEnded`], so a loop over a source that ended early ends.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Option<Gguf>, GgufError> {
        if self.complete {
            return Ok(None);
        }
        if self.file_len == 0 {
            return Err(GgufError::Empty);
        }
        let at = self.prefix.len() as u64;
        if bytes.is_empty() {
            return Err(GgufError::SourceEnded { at, file_len: self.file_len });
        }
        let fed = at.saturating_add(bytes.len() as u64);
        if fed > self.file_len {
            return Err(GgufError::TooManyBytes { fed, file_len: self.file_len });
        }
        self.prefix.extend_from_slice(bytes);
        if fed < self.needed {
            return Ok(None);
        }
        match walk(&self.prefix, self.file_len) {
            Ok(header) => {
                self.prefix = Vec::new();
                self.complete = true;
                Gguf::index(header, self.file_len).map(Some)
            }
            Err(HeaderError::NeedsPrefix(needs)) => {
                self.needed = needs.max(2 * fed).min(MAX_HEADER_BYTES).min(self.file_len);
                Ok(None)
            }
            Err(HeaderError::Malformed(error)) => Err(error),
        }
    }
}
