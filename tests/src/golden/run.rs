use std::path::{Path, PathBuf};

use anyhow::Context as _;
use engine::{LoadedModel, MemorySource, Trace, load_pair};
use imaging::PixelBounds;
use model::backend::Backend;
use protocol::JobId;

use super::QuietHost;

/// Both files of a model, in memory.
///
/// # Errors
/// If one cannot be read.
pub fn files_of(text: &Path, vision: &Path) -> anyhow::Result<Vec<MemorySource>> {
    let read = |path: &Path| {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        anyhow::Ok(MemorySource::new(path.display().to_string(), bytes))
    };
    Ok(vec![read(text)?, read(vision)?])
}

/// A model on a machine.
///
/// # Errors
/// If the files are not a model.
pub fn load<B: Backend>(b: &mut B, text: &Path, vision: &Path) -> anyhow::Result<LoadedModel<B>> {
    Ok(pollster::block_on(load_pair(b, &QuietHost, JobId(0), files_of(text, vision)?))?)
}

/// One turn about the images at `images`, with sixteen greedy tokens.
///
/// # Errors
/// If an image cannot be read or the machine fails.
pub fn trace<B: Backend>(
    b: &mut B,
    model: &LoadedModel<B>,
    images: &[PathBuf],
    bounds: PixelBounds,
    text: &str,
) -> anyhow::Result<Trace> {
    let decode = |path: &PathBuf| {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        anyhow::Ok(imaging::decode(&bytes)?.pixels)
    };
    let images = images.iter().map(decode).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(pollster::block_on(Trace::new(b, model, &images, bounds, text, 16))?)
}
