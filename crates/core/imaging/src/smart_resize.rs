use thiserror::Error;

use crate::{MAX_PIXELS, SIDE_FACTOR_PX};

/// The longest side may be at most this many times the shortest.
pub const MAX_ASPECT: f64 = 200.0;

/// How many pixels a resized image may have. Bounds in visual tokens are these divided by 28 * 28.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelBounds {
    /// Smaller images are enlarged.
    pub min_pixels: u32,
    /// Larger images are reduced.
    pub max_pixels: u32,
}

impl PixelBounds {
    /// Bounds for an image of `min` to `max` visual tokens. Sizes are rounded to whole tokens, so a narrow image may
    /// be a few tokens outside.
    pub fn from_visual_tokens(min: u32, max: u32) -> Self {
        let pixels_per_token = SIDE_FACTOR_PX * SIDE_FACTOR_PX;
        Self {
            min_pixels: min.saturating_mul(pixels_per_token),
            max_pixels: max.saturating_mul(pixels_per_token),
        }
    }
}

/// Why an image has no size that the vision tower could read.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ResizeError {
    /// An image without pixels.
    #[error("the image is {width}x{height} pixels: it has no pixels")]
    NoPixels {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Longer than [`MAX_ASPECT`] times its other side.
    #[error(
        "the image is {width}x{height} pixels: one side is more than {MAX_ASPECT} times the other, \
         which the model cannot read; crop it"
    )]
    TooNarrow {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Bounds that no image can satisfy.
    #[error(
        "an image should have between {} and {} pixels; expected a minimum below the maximum \
         and a maximum of at most {MAX_PIXELS}", .bounds.min_pixels, .bounds.max_pixels
    )]
    Bounds {
        /// As they were given.
        bounds: PixelBounds,
    },
    /// Patches can only be cut from an image whose sides are multiples of [`SIDE_FACTOR_PX`].
    #[error(
        "the image is {width}x{height} pixels; patches need sides that are multiples of {SIDE_FACTOR_PX}"
    )]
    NotWholeTokens {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
}

/// The size to which an image is resized before it is cut into patches: `(height, width)`, both multiples of
/// [`SIDE_FACTOR_PX`], near the image's own aspect and within `bounds`.
///
/// The arithmetic is that of `smart_resize` in transformers' `image_processing_qwen2_vl.py`, all in f64. Two of its
/// properties are easily lost in a port: halves round to even (70 pixels become 56, not 84), and a side under 14
/// pixels rounds to 0, so that the image is enlarged to the minimum with its aspect kept instead of being squeezed
/// into a strip of 28 pixels.
///
/// # Errors
/// When the image has no pixels or is narrower than [`MAX_ASPECT`], and when the bounds contradict each other.
pub fn smart_resize(height: u32, width: u32, bounds: PixelBounds) -> Result<(u32, u32), ResizeError> {
    if height == 0 || width == 0 {
        return Err(ResizeError::NoPixels { width, height });
    }
    if bounds.min_pixels > bounds.max_pixels || u64::from(bounds.max_pixels) > MAX_PIXELS {
        return Err(ResizeError::Bounds { bounds });
    }
    let (h, w) = (f64::from(height), f64::from(width));
    if h.max(w) / h.min(w) > MAX_ASPECT {
        return Err(ResizeError::TooNarrow { width, height });
    }
    let factor = f64::from(SIDE_FACTOR_PX);
    let (min, max) = (f64::from(bounds.min_pixels), f64::from(bounds.max_pixels));
    let mut rounded = [h, w].map(|side| (side / factor).round_ties_even() * factor);
    let n_pixels = rounded[0] * rounded[1];
    if n_pixels > max {
        let beta = (h * w / max).sqrt();
        rounded = [h, w].map(|side| ((side / beta / factor).floor() * factor).max(factor));
    } else if n_pixels < min {
        let beta = (min / (h * w)).sqrt();
        rounded = [h, w].map(|side| (side * beta / factor).ceil() * factor);
    }
    let [out_height, out_width] = rounded;
    if out_height < factor || out_width < factor {
        // Only bounds with a minimum under one row of tokens let a side stay at 0.
        return Err(ResizeError::Bounds { bounds });
    }
    Ok((out_height as u32, out_width as u32))
}
