use std::future::Future;
use std::ops::Range;
use std::rc::Rc;

/// Why bytes could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {message}")]
pub struct SourceError {
    /// Which file.
    pub name: String,
    /// What went wrong.
    pub message: String,
}

/// A place that holds the bytes of one file.
pub trait ByteSource {
    /// For messages: a file name or an address.
    fn name(&self) -> &str;

    /// Length of the file in bytes.
    fn n_bytes(&self) -> u64;

    /// What tells this file from a later one of the same name and length (the moment of its last change, its ETag), where that can
    /// be had. What was learnt of a file without it is not kept.
    fn version(&self) -> Option<String> {
        None
    }

    /// Exactly the bytes of `range`, which lies inside the file.
    fn read(&mut self, range: Range<u64>) -> impl Future<Output = Result<Vec<u8>, SourceError>>;
}

/// A file that is in memory; a clone shares its contents.
#[derive(Clone, Debug)]
pub struct MemorySource {
    name: String,
    bytes: Rc<[u8]>,
}

impl MemorySource {
    /// A file of this name and content.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

impl ByteSource for MemorySource {
    fn name(&self) -> &str {
        &self.name
    }

    fn n_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let bytes = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let bytes = bytes.and_then(|(start, end)| self.bytes.get(start..end));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| SourceError {
            name: self.name.clone(),
            message: format!("bytes {range:?} asked for, the file has {}", self.bytes.len()),
        })
    }
}
