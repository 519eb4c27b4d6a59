use std::ops::Range;

use web_sys::{FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

use crate::{ErrorKind, JsError};

/// A private file that this worker has open. No call waits. Dropping it closes it.
///
/// Errors are in the browser's words; [`ErrorKind::Full`] if the storage has no room for more.
#[derive(Debug)]
pub struct OpenFile(FileSystemSyncAccessHandle);

impl OpenFile {
    pub(super) fn new(handle: FileSystemSyncAccessHandle) -> Self {
        Self(handle)
    }

    /// Its length.
    pub fn n_bytes(&self) -> Result<u64, JsError> {
        Ok(self.0.get_size()? as u64)
    }

    /// The bytes of `range`, fewer if the file ends before it.
    pub fn read(&self, range: Range<u64>) -> Result<Vec<u8>, JsError> {
        let end = range.end.min(self.n_bytes()?);
        let mut bytes = vec![0; end.saturating_sub(range.start) as usize];
        let mut n_read = 0;
        while n_read < bytes.len() {
            let at = position(range.start + n_read as u64);
            match self.0.read_with_u8_array_and_options(&mut bytes[n_read..], &at)? as usize {
                0 => break,
                n => n_read += n,
            }
        }
        bytes.truncate(n_read);
        Ok(bytes)
    }

    /// Writes at `at`, which may be past the end, and says how many bytes were written: fewer than `bytes` has if room is short.
    pub fn write(&self, at: u64, bytes: &[u8]) -> Result<usize, JsError> {
        Ok(self.0.write_with_u8_array_and_options(bytes, &position(at))? as usize)
    }

    /// Makes `bytes` the contents from `at` to the end. They are on the disk when this returns. The file is cut after the writing:
    /// a crash leaves a file that is too long, not an empty one.
    pub fn write_to_end(&self, at: u64, bytes: &[u8]) -> Result<(), JsError> {
        let mut n_written = 0;
        while n_written < bytes.len() {
            match self.write(at + n_written as u64, &bytes[n_written..])? {
                0 => {
                    let message = format!("the disk took {n_written} of {} bytes", bytes.len());
                    return Err(JsError::new(ErrorKind::Full, message));
                }
                n => n_written += n,
            }
        }
        self.truncate(at + bytes.len() as u64)?;
        self.flush()
    }

    /// Makes the file `n_bytes` long: cuts it, or adds zeros.
    pub fn truncate(&self, n_bytes: u64) -> Result<(), JsError> {
        Ok(self.0.truncate_with_f64(n_bytes as f64)?)
    }

    /// Returns when everything written is on the disk.
    pub fn flush(&self) -> Result<(), JsError> {
        Ok(self.0.flush()?)
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn position(at: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(at as f64);
    options
}
