//! From the bytes of an image file to what the vision tower of Qwen2-VL reads.
//!
//! ```text
//! bytes -> decode -> RGB pixels -> smart_resize, resize_bicubic -> patches -> (n_patches, 588) f32
//!                              \-> preview -> RGBA for a canvas
//! ```
//!
//! Everything here is arithmetic on values in memory: no file, no network, no clock. The numbers are those of the
//! reference implementation (transformers' Qwen2-VL image processor over Pillow): the resized bytes are identical,
//! the normalised values agree to f32 rounding.

mod composite;
mod decode;
mod grid;
mod jpeg;
mod patches;
mod preview;
mod resample;
mod smart_resize;
mod sniff;

pub use decode::{DecodeError, Decoded, MAX_DECODED_BYTES, MAX_PIXELS, READ_FORMATS, decode};
pub use grid::{Grid, MERGE, PATCH_SIDE_PX, SIDE_FACTOR_PX};
pub use image::RgbImage;
pub use patches::{Normalisation, PATCH_LEN, Patches, patches, preprocess};
pub use preview::preview;
pub use resample::resize_bicubic;
pub use smart_resize::{MAX_ASPECT, PixelBounds, ResizeError, smart_resize};
