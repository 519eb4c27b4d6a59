use image::RgbImage;

use crate::{
    Grid, MERGE, PATCH_SIDE_PX, PixelBounds, ResizeError, SIDE_FACTOR_PX, resize_bicubic, smart_resize,
};

const CHANNELS: usize = 3;
/// Values of one channel of a patch.
const CHANNEL_LEN: usize = PATCH_SIDE_PX * PATCH_SIDE_PX;
/// Values of one patch: (channel, row, column) = 3 * 14 * 14.
pub const PATCH_LEN: usize = CHANNELS * CHANNEL_LEN;

/// What is done to a channel value in 0..=1 before the tower sees it: `(value - mean) / std`, in the order R, G, B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalisation {
    /// Per channel.
    pub mean: [f32; 3],
    /// Per channel, not 0.
    pub std: [f32; 3],
}

impl Normalisation {
    /// The constants of CLIP, which the Qwen2-VL models were trained with.
    pub const CLIP: Self = Self {
        mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
        std: [0.268_629_54, 0.261_302_6, 0.275_777_1],
    };
}

/// An image as the vision tower reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Patches {
    /// Size in patches.
    pub grid: Grid,
    /// (n_patches, [`PATCH_LEN`]). Patches are in the order of the visual tokens, four to a token: squares of 2x2
    /// patches row by row, and the patches of a square row by row.
    pub values: Vec<f32>,
}

/// Cuts an image that already has its target size into normalised patches.
///
/// Order and values are those of transformers' Qwen2-VL image processor. A patch there spans two frames, which hold the
/// same pixels for a still image; here it has one.
///
/// # Errors
/// When a side is 0 or not a multiple of [`SIDE_FACTOR_PX`].
pub fn patches(image: &RgbImage, normalisation: &Normalisation) -> Result<Patches, ResizeError> {
    let (width, height) = image.dimensions();
    if width == 0 || height == 0 {
        return Err(ResizeError::NoPixels { width, height });
    }
    if !width.is_multiple_of(SIDE_FACTOR_PX) || !height.is_multiple_of(SIDE_FACTOR_PX) {
        return Err(ResizeError::NotWholeTokens { width, height });
    }
    let grid = Grid { height: height as usize / PATCH_SIDE_PX, width: width as usize / PATCH_SIDE_PX };
    let tables = value_tables(normalisation);
    let mut values = vec![0.0; grid.n_patches() * PATCH_LEN];
    for (patch, (row, column)) in values.chunks_exact_mut(PATCH_LEN).zip(patch_positions(grid)) {
        fill_patch(patch, image, row, column, &tables);
    }
    Ok(Patches { grid, values })
}

/// Resizes an image to a size within `bounds` and cuts it into patches.
///
/// # Errors
/// As [`smart_resize`].
pub fn preprocess(
    image: &RgbImage,
    bounds: PixelBounds,
    normalisation: &Normalisation,
) -> Result<Patches, ResizeError> {
    let (height, width) = smart_resize(image.height(), image.width(), bounds)?;
    if (width, height) == image.dimensions() {
        return patches(image, normalisation);
    }
    patches(&resize_bicubic(image, width, height), normalisation)
}

/// The normalised value of each of a channel's 256 levels. Computed in f64, so that the f32 is the nearest one.
fn value_tables(normalisation: &Normalisation) -> [[f32; 256]; CHANNELS] {
    std::array::from_fn(|channel| {
        let mean = f64::from(normalisation.mean[channel]);
        let std = f64::from(normalisation.std[channel]);
        std::array::from_fn(|level| ((level as f64 / 255.0 - mean) / std) as f32)
    })
}

/// (row, column) of every patch, in the order of [`Patches::values`].
fn patch_positions(grid: Grid) -> impl Iterator<Item = (usize, usize)> {
    let rows = (0..grid.height).step_by(MERGE);
    rows.flat_map(move |row| (0..grid.width).step_by(MERGE).map(move |column| (row, column))).flat_map(
        |(row, column)| (0..MERGE * MERGE).map(move |within| (row + within / MERGE, column + within % MERGE)),
    )
}

/// Writes one patch, (channel, row, column), from the pixels at `row`, `column` of the grid.
fn fill_patch(
    patch: &mut [f32],
    image: &RgbImage,
    row: usize,
    column: usize,
    tables: &[[f32; 256]; CHANNELS],
) {
    let row_bytes = CHANNELS * image.width() as usize;
    for (channel, values) in patch.chunks_exact_mut(CHANNEL_LEN).enumerate() {
        for (y, out_row) in values.chunks_exact_mut(PATCH_SIDE_PX).enumerate() {
            let start = (row * PATCH_SIDE_PX + y) * row_bytes + column * PATCH_SIDE_PX * CHANNELS + channel;
            let samples = image.as_raw()[start..].iter().step_by(CHANNELS);
            for (out, &sample) in out_row.iter_mut().zip(samples) {
                *out = tables[channel][usize::from(sample)];
            }
        }
    }
}
