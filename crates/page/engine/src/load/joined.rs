//! The files of a split model as one.

use std::ops::Range;

use crate::{ByteSource, SourceError};

/// Files whose bytes follow each other; mostly one.
#[derive(Debug)]
pub(crate) struct Joined<S> {
    parts: Vec<S>,
}

impl<S: ByteSource> Joined<S> {
    /// Of at least one file.
    pub(super) fn new(parts: Vec<S>) -> Self {
        Self { parts }
    }

    /// Of the first file.
    pub(super) fn name(&self) -> &str {
        self.name_at(0)
    }

    /// Of the file that holds this byte.
    pub(super) fn name_at(&self, offset: u64) -> &str {
        let mut end = 0;
        let holds = |part: &&S| {
            end += part.n_bytes();
            offset < end
        };
        let part = self.parts.iter().find(holds).or(self.parts.last());
        part.map_or("", |part| part.name())
    }

    /// Of all files.
    pub(super) fn n_bytes(&self) -> u64 {
        self.parts.iter().map(S::n_bytes).sum()
    }

    /// Exactly the bytes that were asked for, or an error: a source that breaks its promise does no harm.
    pub(super) async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        let mut start = 0;
        for part in &mut self.parts {
            let end = start + part.n_bytes();
            let within = range.start.max(start)..range.end.min(end);
            if !within.is_empty() {
                let came = read(part, within.start - start..within.end - start).await?;
                // Mostly all of it.
                if bytes.is_empty() {
                    bytes = came;
                } else {
                    bytes.extend(came);
                }
            }
            start = end;
        }
        let n_bytes = bytes.len() as u64;
        match n_bytes == range.end.saturating_sub(range.start) {
            true => Ok(bytes),
            false => Err(short(self.name().to_owned(), bytes.len(), &range)),
        }
    }
}

/// Exactly the bytes that were asked for, or an error.
pub(super) async fn read<S: ByteSource>(source: &mut S, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
    let bytes = source.read(range.clone()).await?;
    match bytes.len() as u64 == range.end - range.start {
        true => Ok(bytes),
        false => Err(short(source.name().to_owned(), bytes.len(), &range)),
    }
}

fn short(name: String, n_bytes: usize, range: &Range<u64>) -> SourceError {
    SourceError { name, message: format!("{n_bytes} bytes came for {range:?}") }
}
