//! A GGUF pair as llama.cpp's converter writes it: which tensors there are, which keys, how they lie in the files.
//! `pack` fills it from a checkpoint, `synth` with random bits.

pub(crate) mod config;
pub(crate) mod container;
pub(crate) mod keys;
mod part;
pub(crate) mod plan;
mod progress;

use std::path::Path;

use anyhow::{Context, Result};
use tensor::Dtype;

use container::{Entry, Key, Writer};
pub(crate) use part::{Part, Written};
use plan::Planned;
pub(crate) use progress::Progress;

/// Which file of the pair a tensor goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tower {
    Text,
    Vision,
}

impl Tower {
    /// What the file is called.
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Text => "text.gguf",
            Self::Vision => "mmproj.gguf",
        }
    }
}

/// Takes the bytes of a tensor, in order.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// Bytes of tensors, without what pads them.
pub(crate) fn n_bytes(tensors: &[(&Planned, Dtype)]) -> Result<u64> {
    let sizes = tensors.iter().map(|(t, dtype)| anyhow::Ok(dtype.n_bytes(t.n_elements())? as u64));
    sizes.sum()
}

/// Writes one file of a pair to a folder, beside its final name. `fill` hands the bytes of a tensor to the sink.
pub(crate) fn write_part(
    folder: &Path,
    tower: Tower,
    keys: &[Key],
    tensors: &[(&Planned, Dtype)],
    progress: &mut Progress,
    mut fill: impl FnMut(&Planned, Dtype, Sink<'_>) -> Result<()>,
) -> Result<Part> {
    let entries: Vec<Entry> = tensors
        .iter()
        .map(|(t, dtype)| Entry { name: t.gguf_name.clone(), shape: t.shape(), dtype: *dtype })
        .collect();
    let part = Part::write(folder, tower.file_name(), |out| {
        let mut writer = Writer::start(out, keys, &entries)?;
        for (planned, dtype) in tensors {
            progress.begin(tower.file_name(), &planned.gguf_name);
            fill(planned, *dtype, &mut |bytes| {
                progress.advance(bytes.len());
                writer.append(bytes)
            })
            .with_context(|| format!("tensor {}", planned.gguf_name))?;
            writer.end_tensor()?;
        }
        writer.finish()?;
        Ok(())
    })?;
    progress.clear();
    let path = folder.join(tower.file_name());
    eprintln!("{}: {} tensors, {} bytes", path.display(), tensors.len(), part.written().n_bytes);
    Ok(part)
}

/// The same, and renames the file, telling how far it is on standard error.
pub(crate) fn write(
    folder: &Path,
    tower: Tower,
    keys: &[Key],
    tensors: &[(&Planned, Dtype)],
    fill: impl FnMut(&Planned, Dtype, Sink<'_>) -> Result<()>,
) -> Result<()> {
    let mut progress = Progress::start(n_bytes(tensors)?);
    write_part(folder, tower, keys, tensors, &mut progress, fill)?.publish()?;
    Ok(())
}
