use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

/// The content of a file.
#[derive(Clone, Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Arc<[u8]>),
    /// A file on disk, which may be larger than memory.
    Disk(PathBuf),
}

impl Content {
    /// These bytes.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// Its length.
    ///
    /// # Errors
    /// If there is no such file on disk.
    pub fn n_bytes(&self) -> Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::Disk(path) => {
                let metadata = path.metadata().with_context(|| format!("cannot find {}", path.display()))?;
                Ok(metadata.len())
            }
        }
    }

    /// Differs if the content differs.
    pub(super) fn etag(&self) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Bytes(bytes) => bytes.hash(&mut hasher),
            // Hashing gigabytes for each request would be most of the server's work.
            Self::Disk(path) => (path, self.n_bytes()?).hash(&mut hasher),
        }
        Ok(format!("\"{:016x}\"", hasher.finish()))
    }

    pub(super) fn read(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let n = usize::try_from(range.end - range.start)?;
        match self {
            Self::Bytes(bytes) => {
                let start = usize::try_from(range.start)?;
                Ok(bytes.get(start..start + n).context("beyond the end")?.to_vec())
            }
            Self::Disk(path) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(range.start))?;
                let mut bytes = vec![0; n];
                file.read_exact(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}
