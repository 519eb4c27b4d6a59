//! `preprocessor_config.json`: how images are normalised, and how large they may be.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::need_json;

/// What the mmproj repeats of it.
#[derive(Debug, Deserialize)]
pub(super) struct Preprocessor {
    pub(super) image_mean: [f32; 3],
    pub(super) image_std: [f32; 3],
    min_pixels: Option<u32>,
    max_pixels: Option<u32>,
    size: Option<Size>,
}

/// Newer transformers' form of the bounds. Despite the names, these are pixel counts.
#[derive(Debug, Deserialize)]
struct Size {
    shortest_edge: Option<u32>,
    longest_edge: Option<u32>,
}

impl Preprocessor {
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let file_name = "preprocessor_config.json";
        let value = need_json(folder, file_name)?;
        serde_json::from_value(value).with_context(|| format!("in {}", folder.join(file_name).display()))
    }

    /// Fewest pixels that an image is resized to, where the folder says.
    pub(super) fn min_pixels(&self) -> Option<u32> {
        self.min_pixels.or_else(|| self.size.as_ref()?.shortest_edge)
    }

    /// Most pixels that an image is resized to, where the folder says.
    pub(super) fn max_pixels(&self) -> Option<u32> {
        self.max_pixels.or_else(|| self.size.as_ref()?.longest_edge)
    }
}
