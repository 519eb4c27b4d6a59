//! Files that are refused, and what is said.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod support;

use imaging::{DecodeError, MAX_PIXELS, decode};
use support::{format_samples, golden, read};

fn refusal(bytes: &[u8]) -> DecodeError {
    decode(bytes).map(|decoded| decoded.format).unwrap_err()
}

#[test]
fn an_empty_file() {
    assert_eq!(refusal(b""), DecodeError::Empty);
}

#[test]
fn what_is_no_image_is_named() {
    let at = |offset: usize, bytes: &[u8]| [vec![0; offset].as_slice(), bytes, &[0; 64]].concat();
    let files: [(Vec<u8>, &str); 14] = [
        (b"The heart is enlarged.\n".to_vec(), "plain text"),
        ("Größe\n".repeat(1000).into_bytes(), "plain text"),
        (b"\n<!DOCTYPE html><html><head>".to_vec(), "HTML"),
        (b"<?xml version=\"1.0\"?><svg xmlns=".to_vec(), "SVG"),
        (b"{\"error\": 404}".to_vec(), "JSON"),
        (b"%PDF-1.7\n%\xE2\xE3".to_vec(), "PDF"),
        (at(128, b"DICM"), "DICOM"),
        (at(0, b"GGUF\x03\0\0\0"), "GGUF"),
        (at(0, b"PK\x03\x04"), "ZIP"),
        (at(0, b"\x1F\x8B\x08"), "gzip"),
        (at(4, b"ftypheic"), "HEIC"),
        (at(4, b"ftypavif"), "AVIF"),
        (at(344, b"n+1\0"), "NIfTI"),
        (vec![0xDE, 0xAD, 0xBE, 0xEF], "DE AD BE EF"),
    ];
    for (bytes, expected) in files {
        let error = refusal(&bytes);
        assert!(matches!(error, DecodeError::NotAnImage { .. }), "{expected}: {error:?}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.remedy().contains("PNG"), "{}", error.remedy());
    }
}

/// A PNG header of any size, with a little image data after it.
fn png_of_size(width: u32, height: u32, bit_depth: u8, colour_type: u8) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let body = [kind.as_slice(), data].concat();
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [length.as_slice(), &body, &crc32(&body).to_be_bytes()].concat()
    };
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([bit_depth, colour_type, 0, 0, 0]);
    [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", b"\x78\x9C\x63\0\0"),
        chunk(b"IEND", b""),
    ]
    .concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}

#[test]
fn decompression_bombs_are_refused_by_their_header() {
    let error = refusal(&png_of_size(10_001, 10_000, 8, 2));
    assert_eq!(error, DecodeError::TooManyPixels { format: "PNG", width: 10_001, height: 10_000 });
    assert!(error.to_string().contains("at most 100 megapixels"), "{error}");
    let error = refusal(&png_of_size(0x7FFF_FFFF, 0x7FFF_FFFF, 8, 2));
    assert!(matches!(error, DecodeError::TooManyPixels { .. }), "{error:?}");
    // As many pixels as are allowed, of eight bytes each.
    let error = refusal(&png_of_size(10_000, 10_000, 16, 6));
    assert_eq!(error, DecodeError::TooMuchMemory { format: "PNG", size: Some((10_000, 10_000)) });
    assert!(error.to_string().contains("(10000x10000 pixels)"), "{error}");
    assert_eq!(MAX_PIXELS, 100_000_000);
    // The size fields of the others, patched into small files: (file, offset, height and width).
    let formats = golden().join("formats");
    let mut gif = read(&formats.join("palette.gif"));
    gif[6..10].fill(0xFF);
    assert!(matches!(refusal(&gif), DecodeError::TooManyPixels { format: "GIF", .. }), "{:?}", refusal(&gif));
    let mut bmp = read(&formats.join("rgb.bmp"));
    bmp[18..26].copy_from_slice(&[0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0]);
    assert!(matches!(refusal(&bmp), DecodeError::TooManyPixels { format: "BMP", .. }), "{:?}", refusal(&bmp));
    let mut jpeg = read(&formats.join("baseline.jpg"));
    let frame = jpeg.windows(2).position(|pair| pair == b"\xFF\xC0").unwrap();
    jpeg[frame + 5..frame + 9].fill(0xFF);
    assert!(
        matches!(refusal(&jpeg), DecodeError::TooManyPixels { format: "JPEG", .. }),
        "{:?}",
        refusal(&jpeg)
    );
}

#[test]
fn a_picture_without_pixels() {
    let error = refusal(&png_of_size(0, 5, 8, 2));
    assert!(matches!(error, DecodeError::Corrupt { format: "PNG", .. }), "{error:?}");
}

/// Cut anywhere, a file is refused, or (if only a trailer is lost) still shows the whole picture: never half of it.
#[test]
fn truncated_files_never_show_a_part() {
    for (file, bytes, _) in format_samples() {
        let whole = decode(&bytes).unwrap().pixels;
        for length in 0..bytes.len() {
            match decode(&bytes[..length]) {
                Ok(decoded) => {
                    assert!(
                        decoded.pixels == whole,
                        "{file} cut to {length} of {} bytes shows another picture",
                        bytes.len()
                    );
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}
