//! `preprocessor_config.json`: how images are normalised, and how large they may be.

use std::path::Path;

use serde::Deserialize;

use super::need_json;
use crate::error::{PackError, Result};
use crate::pair::keys::Images;

/// The fields that the mmproj repeats.
#[derive(Debug, Deserialize)]
struct Preprocessor {
    image_mean: [f32; 3],
    image_std: [f32; 3],
    min_pixels: Option<u32>,
    max_pixels: Option<u32>,
    size: Option<SizeField>,
}

/// Newer transformers' form of the bounds. Despite the names, these are pixel counts.
#[derive(Debug, Deserialize)]
struct SizeField {
    shortest_edge: Option<u32>,
    longest_edge: Option<u32>,
}

/// Reads a folder's file.
pub(super) fn read(folder: &Path) -> Result<Images> {
    let file_name = "preprocessor_config.json";
    let value = need_json(folder, file_name)?;
    let found: Preprocessor = serde_json::from_value(value)
        .map_err(|source| PackError::Json { path: folder.join(file_name), source })?;
    let size = found.size.as_ref();
    Ok(Images {
        mean: found.image_mean,
        std: found.image_std,
        min_pixels: found.min_pixels.or_else(|| size?.shortest_edge),
        max_pixels: found.max_pixels.or_else(|| size?.longest_edge),
    })
}
