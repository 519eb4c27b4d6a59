use anyhow::Result;

/// A PNG of noise, which does not compress: a file of three bytes for each pixel.
///
/// # Errors
/// If it cannot be encoded.
pub fn noise_png(width_px: u32, height_px: u32) -> Result<Vec<u8>> {
    // Knuth's MMIX generator. Any bits will do that no filter of PNG can predict.
    let mut state = 1_u64;
    let image = image::RgbImage::from_fn(width_px, height_px, |_, _| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bytes = state.to_be_bytes();
        image::Rgb([bytes[0], bytes[1], bytes[2]])
    });
    let mut png = Vec::new();
    image.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_takes_as_many_bytes_as_its_pixels() -> Result<()> {
        let png = noise_png(64, 48)?;
        assert!(png.len() >= 3 * 64 * 48, "{} bytes", png.len());
        let decoded = image::load_from_memory(&png)?;
        assert_eq!((decoded.width(), decoded.height()), (64, 48));
        Ok(())
    }
}
