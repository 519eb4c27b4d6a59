//! Golden files and the comparison of pictures.

#![allow(clippy::allow_attributes, dead_code, reason = "every test binary uses another part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::path::{Path, PathBuf};

use image::RgbImage;

pub(crate) fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/golden/imaging")
}

pub(crate) fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn picture(path: &Path) -> RgbImage {
    imaging::decode(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display())).pixels
}

/// The largest difference between two pictures may be `tolerance` levels; the first larger one is named.
pub(crate) fn compare(found: &RgbImage, expected: &RgbImage, tolerance: u8) -> Result<(), String> {
    if found.dimensions() != expected.dimensions() {
        return Err(format!("size is {:?}, expected {:?}", found.dimensions(), expected.dimensions()));
    }
    for ((x, y, a), b) in found.enumerate_pixels().zip(expected.pixels()) {
        if a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > tolerance) {
            return Err(format!("pixel ({x}, {y}) is {:?}, expected {:?} within {tolerance}", a.0, b.0));
        }
    }
    Ok(())
}

/// Every sample file of `golden()/formats` with what it should decode to.
pub(crate) fn format_samples() -> Vec<(String, Vec<u8>, PathBuf)> {
    let folder = golden().join("formats");
    let mut samples = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let expected = folder.join(format!("{name}.png"));
        if expected.exists() {
            samples.push((name, read(&path), expected));
        }
    }
    samples.sort();
    assert!(samples.len() >= 25, "only {} samples in {}", samples.len(), folder.display());
    samples
}
