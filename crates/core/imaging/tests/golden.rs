//! Sizes, resized bytes and pixel values against Pillow and transformers.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod support;

use std::path::{Path, PathBuf};

use image::RgbImage;
use imaging::{
    Normalisation, PATCH_LEN, PATCH_SIDE_PX, PixelBounds, patches, preprocess, resize_bicubic, smart_resize,
};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;
use support::{compare, golden, picture, read};

/// Normalised values reach 2.7, where neighbouring f32 lie 2.4e-7 apart; the reference computes in f32 with two
/// roundings.
const VALUE_TOLERANCE: f32 = 1e-6;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&read(path)).unwrap()
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn f32s(path: &Path, name: &str) -> Vec<f32> {
    let bytes = read(path);
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = tensors.tensor(name).unwrap();
    assert_eq!(tensor.dtype(), Dtype::F32);
    tensor.data().chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// In the reference a patch spans two frames, which hold the same pixels for a still image: (channel, frame, row, column).
const REFERENCE_PATCH_LEN: usize = 2 * PATCH_LEN;

fn in_two_frames(patches: &[f32]) -> Vec<f32> {
    patches
        .chunks_exact(PATCH_SIDE_PX * PATCH_SIDE_PX)
        .flat_map(|channel| [channel, channel])
        .flatten()
        .copied()
        .collect()
}

fn compare_values(found: &[f32], expected: &[f32]) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} values, expected {}", found.len(), expected.len()));
    }
    let differs = |(a, b): (&f32, &f32)| (a - b).abs() > VALUE_TOLERANCE || a.is_nan();
    match found.iter().zip(expected).position(differs) {
        None => Ok(()),
        Some(at) => {
            let (patch, within) = (at / REFERENCE_PATCH_LEN, at % REFERENCE_PATCH_LEN);
            Err(format!("patch {patch}, value {within} is {}, expected {}", found[at], expected[at]))
        }
    }
}

#[test]
fn sizes_are_those_of_transformers() {
    let vectors = json(&golden().join("smart_resize.json"));
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() > 400);
    for vector in vectors {
        let [height, width, min_pixels, max_pixels] = [0, 1, 2, 3].map(|at| number(&vector[at]));
        let bounds = PixelBounds { min_pixels, max_pixels };
        let found = smart_resize(height, width, bounds);
        let expected = &vector[4];
        if expected.is_null() {
            assert!(found.is_err(), "{height}x{width} {bounds:?}: {found:?}, expected an error");
        } else if expected[0] == 0 || expected[1] == 0 {
            // Without a minimum the reference lets a side be 0 and fails later.
            assert!(found.is_err(), "{height}x{width} {bounds:?}: {found:?}, expected an error");
        } else {
            let expected = (number(&expected[0]), number(&expected[1]));
            assert_eq!(found, Ok(expected), "{height}x{width} {bounds:?}");
        }
    }
}

#[test]
fn resized_bytes_are_those_of_pillow() {
    let cases = json(&golden().join("cases.json"));
    for (name, case) in cases.as_object().unwrap() {
        let source = picture(&golden().join(format!("{name}.png")));
        let expected = picture(&golden().join(format!("{name}_resized.png")));
        let bounds =
            PixelBounds { min_pixels: number(&case["min_pixels"]), max_pixels: number(&case["max_pixels"]) };
        let (height, width) = smart_resize(source.height(), source.width(), bounds).unwrap();
        assert_eq!((height, width), (number(&case["height"]), number(&case["width"])), "{name}");
        compare(&resize_bicubic(&source, width, height), &expected, 0)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn pixel_values_are_those_of_transformers() {
    let bounds = PixelBounds { min_pixels: 3136, max_pixels: 100_352 };
    for name in ["tiny", "half"] {
        let source = picture(&golden().join(format!("{name}.png")));
        let found = preprocess(&source, bounds, &Normalisation::CLIP).unwrap();
        let expected = f32s(&golden().join(format!("{name}.safetensors")), "pixel_values");
        compare_values(&in_two_frames(&found.values), &expected)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.grid.n_patches() * REFERENCE_PATCH_LEN, expected.len());
        assert_eq!(found.grid.n_visual_tokens() * 4, found.grid.n_patches());
    }
}

#[test]
fn the_comparisons_can_fail() {
    let a = RgbImage::from_pixel(3, 2, image::Rgb([10, 20, 30]));
    let mut b = a.clone();
    b.put_pixel(2, 1, image::Rgb([10, 20, 31]));
    assert_eq!(compare(&a, &a, 0), Ok(()));
    assert_eq!(compare(&a, &b, 1), Ok(()));
    assert!(compare(&a, &b, 0).unwrap_err().contains("(2, 1)"));
    assert!(compare(&a, &RgbImage::new(2, 3), 255).is_err());

    let values = vec![0.5; 2 * REFERENCE_PATCH_LEN];
    let mut wrong = values.clone();
    wrong[REFERENCE_PATCH_LEN + 7] += 1e-5;
    assert_eq!(compare_values(&values, &values), Ok(()));
    assert!(compare_values(&wrong, &values).unwrap_err().starts_with("patch 1, value 7"));
    assert!(compare_values(&[f32::NAN], &[0.0]).is_err());
    assert!(compare_values(&values[1..], &values).is_err());
}

/// The patches of a picture in which no two pixels are alike: the order is checked by position, without the reference
/// files.
#[test]
fn patches_lie_in_the_order_of_visual_tokens() {
    let (width, height) = (84, 56);
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 200]));
    let identity = Normalisation { mean: [0.0; 3], std: [1.0 / 255.0; 3] };
    let found = patches(&picture, &identity).unwrap();
    assert_eq!((found.grid.height, found.grid.width), (4, 6));
    let value = |patch: usize, channel: usize, row: usize, column: usize| {
        found.values[patch * 588 + (channel * 14 + row) * 14 + column].round() as u32
    };
    // (patch, its row, its column): a token is 2x2 patches, a row of tokens 12 patches.
    for (patch, row, column) in
        [(0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1), (4, 0, 2), (11, 1, 5), (12, 2, 0), (22, 3, 4)]
    {
        assert_eq!(value(patch, 0, 3, 5), column * 14 + 5, "patch {patch}, x");
        assert_eq!(value(patch, 1, 3, 5), row * 14 + 3, "patch {patch}, y");
        assert_eq!(value(patch, 2, 3, 5), 200, "patch {patch}, blue");
    }
}

#[test]
fn sizes_that_cannot_be_cut_are_refused() {
    let refuse =
        |width, height| patches(&RgbImage::new(width, height), &Normalisation::CLIP).unwrap_err().to_string();
    assert!(refuse(28, 42).contains("28x42"));
    assert!(refuse(0, 0).contains("no pixel"));
    let bounds = PixelBounds { min_pixels: 3136, max_pixels: 100_352 };
    assert!(smart_resize(0, 5, bounds).is_err());
    assert!(smart_resize(10, 2001, bounds).unwrap_err().to_string().contains("2001x10"));
    let reversed = PixelBounds { min_pixels: 100_352, max_pixels: 3136 };
    assert!(smart_resize(100, 100, reversed).is_err());
    assert!(smart_resize(100, 100, PixelBounds { min_pixels: 0, max_pixels: u32::MAX }).is_err());
}

#[test]
fn empty_pictures_resize_to_black() {
    assert_eq!(resize_bicubic(&RgbImage::new(0, 3), 2, 2), RgbImage::new(2, 2));
    assert_eq!(resize_bicubic(&RgbImage::new(3, 3), 0, 2).dimensions(), (0, 2));
}

/// A larger set that lies beside some checkouts: other pictures, both bounds of the published models.
#[test]
fn the_larger_set_agrees_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/golden/images");
    if !folder.is_dir() {
        println!("skipped: no larger golden set at {}", folder.display());
        return;
    }
    let files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let (mut n_resized, mut n_values) = (0, 0);
    for path in files {
        let file = path.file_name().unwrap().to_str().unwrap();
        let parts: Vec<&str> = file.split(['_', '.']).collect();
        let bounds = |max: &str| PixelBounds { min_pixels: 3136, max_pixels: max.parse().unwrap() };
        match parts[..] {
            ["resized", name, max, "pil", "png"] => {
                let source = picture(&folder.join(format!("{name}.png")));
                let (height, width) = smart_resize(source.height(), source.width(), bounds(max)).unwrap();
                compare(&resize_bicubic(&source, width, height), &picture(&path), 0)
                    .unwrap_or_else(|error| panic!("{file}: {error}"));
                n_resized += 1;
            }
            ["prep", name, max, "safetensors"] => {
                let source = picture(&folder.join(format!("{name}.png")));
                let found = preprocess(&source, bounds(max), &Normalisation::CLIP).unwrap();
                compare_values(&in_two_frames(&found.values), &f32s(&path, "pixel_values_pil"))
                    .unwrap_or_else(|error| panic!("{file}: {error}"));
                n_values += 1;
            }
            _ => {}
        }
    }
    assert!(
        n_resized >= 7 && n_values >= 4,
        "compared {n_resized} resized pictures, {n_values} sets of values"
    );
    println!("compared {n_resized} resized pictures, {n_values} sets of pixel values");
}
