use image::RgbImage;

use crate::resize_bicubic;

/// A picture for a canvas: `(width, height, RGBA bytes)`, opaque, with the aspect kept and no side longer than
/// `max_side_px`. Smaller images are not enlarged, and no side falls under one pixel.
pub fn preview(image: &RgbImage, max_side_px: u32) -> (u32, u32, Vec<u8>) {
    let (width, height) = image.dimensions();
    let longest = width.max(height);
    if longest <= max_side_px || longest == 0 {
        return (width, height, to_rgba(image));
    }
    let scaled = |side: u32| {
        let side = u64::from(side) * u64::from(max_side_px) + u64::from(longest) / 2;
        ((side / u64::from(longest)) as u32).max(1)
    };
    let (width, height) = (scaled(width), scaled(height));
    (width, height, to_rgba(&resize_bicubic(image, width, height)))
}

fn to_rgba(image: &RgbImage) -> Vec<u8> {
    image.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX]).collect()
}
