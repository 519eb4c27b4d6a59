//! A GGUF pair as llama.cpp's converter writes it: which tensors there are, which keys, how they lie in the files.
//! `pack` fills it from a checkpoint, `synth` with random bits.

pub(crate) mod config;
pub(crate) mod container;
pub(crate) mod keys;
pub(crate) mod plan;

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context, Result};
use tensor::Dtype;

use container::{Entry, Key, Writer};
use plan::Planned;

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

/// Writes one file of a pair to a folder, beside its final name, and renames it when it is complete. `fill` hands the
/// bytes of a tensor to the sink. Tells on standard error what was written.
pub(crate) fn write(
    folder: &Path,
    tower: Tower,
    keys: &[Key],
    tensors: &[(&Planned, Dtype)],
    mut fill: impl FnMut(&Planned, Dtype, Sink<'_>) -> Result<()>,
) -> Result<()> {
    let path = folder.join(tower.file_name());
    let entries: Vec<Entry> = tensors
        .iter()
        .map(|(t, dtype)| Entry { name: t.gguf_name.clone(), shape: t.shape(), dtype: *dtype })
        .collect();
    let part = path.with_extension("gguf.part");
    let mut finish = || -> Result<()> {
        let file = fs::File::create(&part)?;
        let mut writer = Writer::start(BufWriter::new(file), keys, &entries)?;
        for (planned, dtype) in tensors {
            fill(planned, *dtype, &mut |bytes| writer.append(bytes))
                .with_context(|| format!("tensor {}", planned.gguf_name))?;
            writer.end_tensor()?;
        }
        writer.finish()?.flush()?;
        Ok(())
    };
    if let Err(error) = finish() {
        // The first error is the one to report; a part file that stays behind is only clutter.
        let _ = fs::remove_file(&part);
        return Err(error.context(format!("cannot write {}", path.display())));
    }
    fs::rename(&part, &path).with_context(|| format!("cannot rename {}", part.display()))?;
    eprintln!("{}: {} tensors, {} bytes", path.display(), tensors.len(), fs::metadata(&path)?.len());
    Ok(())
}
