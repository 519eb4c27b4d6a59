use imaging::RgbImage;
use phantoms::{Item, SIDE_PX};

/// Halfway between black and white.
const GREY: u8 = 128;

/// The image of a question about a phantom.
pub(super) fn drawn(item: &Item) -> RgbImage {
    let side_px = SIDE_PX as u32;
    #[expect(clippy::expect_used, reason = "every phantom has this size, whatever it shows")]
    RgbImage::from_raw(side_px, side_px, item.phantom().rgb).expect("three bytes for each pixel of a phantom")
}

/// A grey image of the size of every phantom.
pub(super) fn blank() -> RgbImage {
    RgbImage::from_pixel(SIDE_PX as u32, SIDE_PX as u32, [GREY; 3].into())
}

/// The same size, nothing to be seen.
pub(super) fn blanked(mut image: RgbImage) -> RgbImage {
    image.fill(GREY);
    image
}
