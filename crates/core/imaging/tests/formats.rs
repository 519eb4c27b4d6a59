//! Every kind of file that is read, against what Pillow reads from it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod support;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Luma, Rgb, RgbImage, Rgba};
use imaging::{decode, preview};
use support::{compare, format_samples, picture};

/// JPEG and lossy WebP leave the rounding of the transform, and of the interpolation of colour, to the decoder.
fn tolerance(file: &str) -> u8 {
    match file {
        "cmyk.jpg" => 6,
        "lossy.webp" | "lossy_alpha.webp" => 4,
        file if file.ends_with(".jpg") => 4,
        // Over white is computed with other rounding in Pillow.
        "rgba.png" | "grey_alpha.png" | "lossless.webp" | "rgba.tif" => 1,
        _ => 0,
    }
}

#[test]
fn samples_decode_as_pillow_reads_them() {
    for (file, bytes, expected) in format_samples() {
        let decoded = decode(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        let format = match file.rsplit_once('.').unwrap().1 {
            "png" => "PNG",
            "jpg" => "JPEG",
            "webp" => "WebP",
            "bmp" => "BMP",
            "gif" => "GIF",
            _ => "TIFF",
        };
        assert_eq!(decoded.format, format, "{file}");
        compare(&decoded.pixels, &picture(&expected), tolerance(&file))
            .unwrap_or_else(|error| panic!("{file}: {error}"));
    }
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// An APP1 segment with one EXIF entry, the orientation, goes in right after the start of a JPEG file.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xFF\xE1", &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn exif_orientation_is_applied() {
    // Dark except for a bright block in the upper left corner; 48x32, so that a turned picture shows in its size.
    let stored = RgbImage::from_fn(48, 32, |x, y| Rgb([if x < 16 && y < 16 { 250 } else { 5 }; 3]));
    let jpeg = encode(&DynamicImage::ImageRgb8(stored), ImageFormat::Jpeg);
    // Where the stored corner belongs: right, bottom.
    let corners = [
        (1, false, false),
        (2, true, false),
        (3, true, true),
        (4, false, true),
        (5, false, false),
        (6, true, false),
        (7, true, true),
        (8, false, true),
    ];
    for (orientation, right, bottom) in corners {
        let pixels = decode(&with_orientation(&jpeg, orientation)).unwrap().pixels;
        let (width, height) = if orientation < 5 { (48, 32) } else { (32, 48) };
        assert_eq!(pixels.dimensions(), (width, height), "orientation {orientation}");
        let (x, y) = (if right { width - 8 } else { 8 }, if bottom { height - 8 } else { 8 });
        assert!(pixels.get_pixel(x, y)[0] > 200, "orientation {orientation}");
        assert!(pixels.get_pixel(width - 1 - x, height - 1 - y)[0] < 50, "orientation {orientation}");
    }
    // A number that means nothing leaves the picture as it is.
    assert_eq!(decode(&with_orientation(&jpeg, 9)).unwrap().pixels.dimensions(), (48, 32));
}

#[test]
fn transparency_shows_white() {
    let picture = image::RgbaImage::from_fn(3, 1, |x, _| Rgba([10, 20, 30, [0, 102, 255][x as usize]]));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let pixels = decode(&encode(&DynamicImage::ImageRgba8(picture.clone()), format)).unwrap().pixels;
        let expected = [[255, 255, 255], [157, 161, 165], [10, 20, 30]];
        assert_eq!([0, 1, 2].map(|x| pixels.get_pixel(x, 0).0), expected, "{format:?}");
    }
}

#[test]
fn deep_samples_are_rounded_to_256_levels() {
    let grey = image::ImageBuffer::from_fn(4, 1, |x, _| Luma([[0_u16, 128, 32_896, 65_535][x as usize]]));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let pixels = decode(&encode(&DynamicImage::ImageLuma16(grey.clone()), format)).unwrap().pixels;
        assert_eq!([0, 1, 2, 3].map(|x| pixels.get_pixel(x, 0).0), [[0; 3], [0; 3], [128; 3], [255; 3]]);
    }
}

#[test]
fn previews_keep_the_aspect_and_are_opaque() {
    let wide = RgbImage::from_pixel(2000, 500, Rgb([1, 2, 3]));
    let (width, height, rgba) = preview(&wide, 1024);
    assert_eq!((width, height, rgba.len()), (1024, 256, 1024 * 256 * 4));
    assert_eq!(rgba[rgba.len() - 4..], [1, 2, 3, 255]);
    let strip = RgbImage::new(3000, 1);
    assert_eq!(preview(&strip, 10).0, 10);
    assert_eq!(preview(&strip, 10).1, 1);
    assert_eq!(preview(&RgbImage::new(30, 20), 1024).0, 30, "small pictures are not enlarged");
    assert_eq!(preview(&RgbImage::new(0, 0), 1024), (0, 0, Vec::new()));
}
