use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use thiserror::Error;

use crate::{composite::to_rgb_over_white, jpeg, sniff};

/// Images with more pixels are refused by their header, before a decoder allocates: 100 megapixels, about as many as
/// the largest phone sensors and stitched radiographs have.
pub const MAX_PIXELS: u64 = 100_000_000;

/// Images whose pixels take more memory in the file's own sample type are refused: 512 MiB. In a wasm heap of 4 GiB
/// this leaves room for a model.
pub const MAX_DECODED_BYTES: u64 = 512 << 20;

/// What [`decode`] reads, as a phrase.
pub const READ_FORMATS: &str = "PNG, JPEG, WebP, BMP, GIF or TIFF";

/// An image file's pixels, upright and opaque.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// (height, width), 8 bits a channel.
    pub pixels: RgbImage,
    /// `PNG`, `JPEG`, `WebP`, `BMP`, `GIF` or `TIFF`.
    pub format: &'static str,
}

/// Why a file has no pixels to show. The message says what was found; [`DecodeError::remedy`] what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The file has no bytes.
    #[error("the file is empty (0 bytes)")]
    Empty,
    /// The first bytes are not those of an image format that is read.
    #[error("this is not an image that can be read: the file looks like {found}; expected {READ_FORMATS}")]
    NotAnImage {
        /// A phrase: `a PDF document`, `plain text`.
        found: String,
    },
    /// Damaged or cut off.
    #[error("the {format} file is damaged or incomplete: {reason}")]
    Corrupt {
        /// As in [`Decoded::format`].
        format: &'static str,
        /// The decoder's own words.
        reason: String,
    },
    /// An intact file that uses a part of the format which is not read.
    #[error("this kind of {format} file cannot be read: {reason}")]
    Unsupported {
        /// As in [`Decoded::format`].
        format: &'static str,
        /// The decoder's own words.
        reason: String,
    },
    /// More than [`MAX_PIXELS`].
    #[error(
        "the {format} image is {width}x{height} pixels ({} megapixels); at most {} megapixels are read",
        (u64::from(*.width) * u64::from(*.height)).div_ceil(1_000_000), MAX_PIXELS / 1_000_000
    )]
    TooManyPixels {
        /// As in [`Decoded::format`].
        format: &'static str,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// More than [`MAX_DECODED_BYTES`].
    #[error(
        "decoding the {format} image{} needs more memory than the {} MiB it may use",
        .size.map_or(String::new(), |(width, height)| format!(" ({width}x{height} pixels)")),
        MAX_DECODED_BYTES >> 20
    )]
    TooMuchMemory {
        /// As in [`Decoded::format`].
        format: &'static str,
        /// (width, height) in pixels, if the header could be read that far.
        size: Option<(u32, u32)>,
    },
}

impl DecodeError {
    /// What the person can do about it, one sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Empty => "Choose the file again; it may not have been copied completely.",
            Self::NotAnImage { .. } => "Choose a PNG, JPEG, WebP, BMP, GIF or TIFF file.",
            Self::Corrupt { .. } => {
                "Open the file in an image viewer and save it again, or download it again."
            }
            Self::Unsupported { .. } => "Save the image as an 8-bit PNG and choose that.",
            Self::TooManyPixels { .. } | Self::TooMuchMemory { .. } => {
                "Crop the image or reduce it, and save it as an 8-bit PNG or JPEG."
            }
        }
    }
}

/// Decodes an image file to upright, opaque 8-bit RGB.
///
/// The format is recognised by the content, not by the name. An EXIF (or TIFF) orientation is applied, transparency is
/// shown over white, and the first frame of an animation is used. Size and memory are checked against
/// [`MAX_PIXELS`] and [`MAX_DECODED_BYTES`] before pixels are decoded.
///
/// # Errors
/// See [`DecodeError`]. No content makes it panic.
pub fn decode(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let Some((format, name)) = guess_format(bytes) else {
        return Err(DecodeError::NotAnImage { found: sniff::describe(bytes) });
    };
    if format == ImageFormat::Jpeg {
        jpeg::check_complete(bytes).map_err(|reason| DecodeError::Corrupt { format: name, reason })?;
    }
    if format == ImageFormat::Png
        && let Some((width, height)) = png_size(bytes)
    {
        // The decoder refuses very long rows before it reports their length.
        check_size(name, (width, height), 0)?;
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(|error| explain(error, name, None))?;
    let size = decoder.dimensions();
    check_size(name, size, decoder.total_bytes())?;
    // A damaged EXIF block does not spoil the picture.
    let orientation = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| explain(error, name, Some(size)))?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(Decoded { pixels: to_rgb_over_white(image), format: name })
}

fn guess_format(bytes: &[u8]) -> Option<(ImageFormat, &'static str)> {
    let format = image::guess_format(bytes).ok()?;
    let name = match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Tiff => "TIFF",
        _ => return None,
    };
    Some((format, name))
}

/// (width, height) from the header chunk, which is the first one of every PNG file.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    (bytes.get(12..16)? == b"IHDR").then_some((side(16)?, side(20)?))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    limits
}

fn check_size(format: &'static str, (width, height): (u32, u32), n_bytes: u64) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        let reason = format!("its header says {width}x{height} pixels");
        return Err(DecodeError::Corrupt { format, reason });
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(DecodeError::TooManyPixels { format, width, height });
    }
    if n_bytes > MAX_DECODED_BYTES {
        return Err(DecodeError::TooMuchMemory { format, size: Some((width, height)) });
    }
    Ok(())
}

/// A decoder's error as one of ours.
fn explain(error: ImageError, format: &'static str, size: Option<(u32, u32)>) -> DecodeError {
    match error {
        ImageError::Limits(_) => DecodeError::TooMuchMemory { format, size },
        ImageError::Unsupported(error) => DecodeError::Unsupported { format, reason: error.to_string() },
        error => DecodeError::Corrupt { format, reason: error.to_string() },
    }
}
