use std::fmt::Display;

use crate::GgufError;
use crate::limits::MAX_HEADER_BYTES;

/// Why a header could not be read from a prefix of its file.
pub(crate) enum HeaderError {
    /// The prefix is too short: the bytes up to this offset are needed.
    NeedsPrefix(u64),
    /// The file is unusable, however long the prefix.
    Malformed(GgufError),
}

impl From<GgufError> for HeaderError {
    fn from(error: GgufError) -> Self {
        Self::Malformed(error)
    }
}

/// Reads little-endian fields from a prefix of a file and allocates nothing.
///
/// A field can be missing in three ways, each with its own error: it lies past the end of the prefix, of the file, or of
/// the longest header that is accepted.
pub(crate) struct Cursor<'a> {
    prefix: &'a [u8],
    at: usize,
    file_len: u64,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(prefix: &'a [u8], file_len: u64) -> Self {
        Self { prefix, at: 0, file_len }
    }

    /// Offset of the next field.
    pub(crate) fn position(&self) -> u64 {
        self.at as u64
    }

    /// The bytes from an earlier position on.
    pub(crate) fn since(&self, position: u64) -> &'a [u8] {
        &self.prefix[position as usize..self.at]
    }

    /// Refuses a count or length that exceeds the rest of the file, before it is used.
    pub(crate) fn check_fits(&self, n_bytes: u64, what: impl Display) -> Result<u64, HeaderError> {
        let end = self.position().saturating_add(n_bytes);
        if end > self.file_len {
            let what = what.to_string();
            return Err(GgufError::Truncated { what, needs: end, has: self.file_len }.into());
        }
        if end > MAX_HEADER_BYTES {
            let what = "the length of the header in bytes".to_owned();
            return Err(GgufError::Excessive { what, found: end, limit: MAX_HEADER_BYTES }.into());
        }
        Ok(end)
    }

    /// The next `n_bytes` bytes; `what` names them in an error.
    pub(crate) fn bytes(&mut self, n_bytes: u64, what: impl Display) -> Result<&'a [u8], HeaderError> {
        let end = self.check_fits(n_bytes, what)?;
        let bytes = usize::try_from(end).ok().and_then(|end| self.prefix.get(self.at..end));
        let bytes = bytes.ok_or(HeaderError::NeedsPrefix(end))?;
        self.at += bytes.len();
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self, what: impl Display) -> Result<[u8; N], HeaderError> {
        let bytes = self.bytes(N as u64, what)?;
        let mut array = [0; N];
        array.copy_from_slice(bytes);
        Ok(array)
    }

    pub(crate) fn u32(&mut self, what: impl Display) -> Result<u32, HeaderError> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self, what: impl Display) -> Result<u64, HeaderError> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// The bytes of a string: a 64-bit length and as many bytes.
    pub(crate) fn string(&mut self, max_bytes: u64, what: impl Display) -> Result<&'a [u8], HeaderError> {
        let n_bytes = self.u64(&what)?;
        check_limit(n_bytes, max_bytes, format_args!("the length of {what}"))?;
        self.bytes(n_bytes, what)
    }

    /// A key or tensor name. Some writers end it with zero bytes, which are cut off.
    pub(crate) fn name(&mut self, max_bytes: u64, what: impl Display) -> Result<&'a str, HeaderError> {
        let bytes = self.string(max_bytes, &what)?;
        match std::str::from_utf8(bytes) {
            Ok(name) => Ok(name.trim_end_matches('\0')),
            Err(_) => Err(GgufError::NotText { what: what.to_string() }.into()),
        }
    }
}

/// Refuses a number above a limit.
pub(crate) fn check_limit(found: u64, limit: u64, what: impl Display) -> Result<(), GgufError> {
    if found > limit {
        return Err(GgufError::Excessive { what: what.to_string(), found, limit });
    }
    Ok(())
}
