//! Models that llama.cpp's `gguf-split` cut into several files: the first has all metadata, each has some of the tensors.

use crate::error::shown;
use crate::{Gguf, GgufError};

/// Which part of a split model a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitPart {
    /// From 0, which has the metadata.
    pub number: u32,
    /// Files of the whole model, at least 2.
    pub n_parts: u32,
    /// Tensors of the whole model.
    pub n_tensors: u32,
}

impl Gguf {
    /// Which part of a split model this file is; `None` for a file that is whole.
    ///
    /// # Errors
    /// [`GgufError::MissingKey`] and [`GgufError::KeyType`] if one of the keys `split.no`, `split.count` and
    /// `split.tensors.count` is missing or has an impossible value.
    pub fn split_part(&self) -> Result<Option<SplitPart>, GgufError> {
        let n_parts = match self.opt_u32("split.count")? {
            None | Some(0 | 1) => return Ok(None),
            Some(n_parts) => n_parts,
        };
        let number = self.u32("split.no")?;
        if number >= n_parts {
            let (key, expected) = (shown("split.no"), "a number below split.count");
            return Err(GgufError::KeyType { key, expected, found: number.to_string() });
        }
        Ok(Some(SplitPart { number, n_parts, n_tensors: self.u32("split.tensors.count")? }))
    }

    /// The index of several files, each with its length in bytes, as if they were one file: the metadata of the first,
    /// the tensors of all.
    ///
    /// # Errors
    /// [`GgufError::DuplicateTensor`] if two files have a tensor of the same name, [`GgufError::Empty`] if there is no file.
    pub fn joined(parts: Vec<(Self, u64)>) -> Result<Self, GgufError> {
        let mut parts = parts.into_iter();
        let (mut whole, mut n_bytes) = parts.next().ok_or(GgufError::Empty)?;
        for (part, part_bytes) in parts {
            for mut tensor in part.tensors {
                if whole.places.contains_key(&tensor.name) {
                    return Err(GgufError::DuplicateTensor { name: shown(&tensor.name) });
                }
                // These are lengths of files, and no disk has 2^64 bytes.
                tensor.range =
                    tensor.range.start.saturating_add(n_bytes)..tensor.range.end.saturating_add(n_bytes);
                whole.places.insert(tensor.name.clone(), whole.tensors.len());
                whole.tensors.push(tensor);
            }
            n_bytes = n_bytes.saturating_add(part_bytes);
        }
        Ok(whole)
    }
}
