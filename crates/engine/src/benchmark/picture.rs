use imaging::RgbImage;
use phantoms::{Item, SIDE_PX};

/// Halfway between black and white.
const GREY: u8 = 128;

/// The image of a question.
pub(crate) fn drawn(item: &Item) -> RgbImage {
    square(item.phantom().rgb)
}

/// A grey image of the size of every phantom.
pub(crate) fn blank() -> RgbImage {
    square(vec![GREY; 3 * SIDE_PX * SIDE_PX])
}

fn square(rgb: Vec<u8>) -> RgbImage {
    let side_px = SIDE_PX as u32;
    #[expect(clippy::expect_used, reason = "every phantom has this size, whatever it shows")]
    RgbImage::from_raw(side_px, side_px, rgb).expect("three bytes for each pixel of a phantom")
}
