//! A GGUF pair as llama.cpp's converter writes it: which tensors there are, which keys, how they lie in the files.
//! `hub` fills it from a checkpoint, `synth` with random bits.

pub(crate) mod config;
pub(crate) mod container;
pub(crate) mod keys;
mod llama_rule;
mod part_file;
pub(crate) mod plan;

use std::fs;
use std::path::Path;

use tensor::Dtype;

use crate::error::{PackError, Result, file_error};
use crate::step::{Observe, Step};
use container::{Entry, Key, Writer};
pub(crate) use llama_rule::TextRule;
pub(crate) use part_file::{PartFile, Written};
use plan::PlannedTensor;

/// Which file of the pair a tensor goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tower {
    Text,
    Vision,
}

impl Tower {
    /// The file's name.
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Text => "text.gguf",
            Self::Vision => "mmproj.gguf",
        }
    }
}

/// A tensor and the type that it is stored as.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) tensor: PlannedTensor,
    pub(crate) dtype: Dtype,
}

/// A file of a pair, all but its weights.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) tower: Tower,
    pub(crate) keys: Vec<Key>,
    pub(crate) tensors: Vec<Stored>,
}

impl Outline {
    /// The same tensors with their types, in the order of `tensors`.
    pub(crate) fn new(
        tower: Tower,
        keys: Vec<Key>,
        tensors: Vec<PlannedTensor>,
        dtype: impl Fn(&PlannedTensor) -> Dtype,
    ) -> Self {
        let stored = |tensor: PlannedTensor| Stored { dtype: dtype(&tensor), tensor };
        Self { tower, keys, tensors: tensors.into_iter().map(stored).collect() }
    }

    /// Bytes of the tensors, without padding.
    fn n_bytes(&self) -> Result<u64> {
        let sizes = self.tensors.iter().map(|t| Ok(t.dtype.n_bytes(t.tensor.n_elements())? as u64));
        sizes.sum()
    }

    /// What the file's index says of its tensors.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entry = |Stored { tensor, dtype }: &Stored| Entry {
            name: tensor.gguf_name.clone(),
            shape: tensor.shape(),
            dtype: *dtype,
        };
        self.tensors.iter().map(entry).collect()
    }
}

/// Takes the bytes of a tensor, in order.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// Writes files to a folder, which is made if it is missing; publishing gives them their names. `fill` hands the bytes of
/// a tensor, whose place in its file it gets as a number, to the sink.
pub(crate) fn write(
    folder: &Path,
    files: &[Outline],
    observe: Observe<'_>,
    mut fill: impl FnMut((Tower, usize), &Stored, Sink<'_>) -> Result<()>,
) -> Result<Vec<PartFile>> {
    fs::create_dir_all(folder).map_err(file_error("make", folder))?;
    observe(Step::Begin { n_bytes: files.iter().map(Outline::n_bytes).sum::<Result<_>>()? });
    files.iter().map(|file| write_one(folder, file, observe, &mut fill)).collect()
}

fn write_one(
    folder: &Path,
    file: &Outline,
    observe: Observe<'_>,
    fill: &mut impl FnMut((Tower, usize), &Stored, Sink<'_>) -> Result<()>,
) -> Result<PartFile> {
    let name = file.tower.file_name();
    let part = PartFile::write(folder, name, |out| {
        let mut writer = Writer::start(out, &file.keys, &file.entries())?;
        for (place, stored) in file.tensors.iter().enumerate() {
            let tensor = stored.tensor.gguf_name.as_str();
            observe(Step::Tensor { file: name, tensor });
            fill((file.tower, place), stored, &mut |bytes| {
                writer.append(bytes)?;
                observe(Step::Bytes { n: bytes.len() as u64 });
                Ok(())
            })
            .map_err(|error| PackError::Tensor {
                name: tensor.to_owned(),
                hub_name: stored.tensor.hub_name.clone(),
                source: Box::new(error),
            })?;
            writer.end_tensor()?;
        }
        writer.finish()?;
        Ok(())
    })?;
    let (path, n_tensors) = (&folder.join(name), file.tensors.len());
    observe(Step::File { path, n_tensors, n_bytes: part.written().n_bytes });
    Ok(part)
}
