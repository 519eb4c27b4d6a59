use image::{DynamicImage, Rgb, RgbImage};

/// Any decoded image as opaque 8-bit RGB: 16-bit and float samples are scaled to 8 bits, grey is repeated, and
/// transparent parts show white, as on the page.
pub(crate) fn to_rgb_over_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    let (width, height) = rgba.dimensions();
    let mut rgb = RgbImage::new(width, height);
    for (out, pixel) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [red, green, blue, alpha] = pixel.0;
        *out = Rgb([red, green, blue].map(|sample| over_white(sample, alpha)));
    }
    rgb
}

/// `sample * alpha + white * (1 - alpha)`, rounded to nearest; exact at both ends.
fn over_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    ((sample * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}
