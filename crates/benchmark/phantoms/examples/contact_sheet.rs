//! Draws a row of images of each family, or of the named families, into one PNG or JPEG:
//! `cargo run --release -p phantoms --example contact_sheet -- sheet.png [family ...]`. The questions about each go to standard
//! output.

use std::error::Error;

use image::RgbImage;
use phantoms::{Family, Phantom, SIDE_PX, Split};

const PER_ROW: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give the name of the file to write")?;
    let names: Vec<String> = arguments.collect();
    let families: Vec<Family> = Family::ALL
        .iter()
        .copied()
        .filter(|family| names.is_empty() || names.iter().any(|name| family.name().contains(name.as_str())))
        .collect();
    let mut sheet = RgbImage::new((PER_ROW * SIDE_PX) as u32, (families.len() * SIDE_PX) as u32);
    for (row, &family) in families.iter().enumerate() {
        for column in 0..PER_ROW {
            let phantom = Phantom::draw(Split::Validation, family, column as u64);
            let asked: Vec<String> = phantom
                .sketch
                .asked
                .iter()
                .map(|asked| format!("{} = {}", asked.kind.id, asked.answer()))
                .collect();
            println!("{} {column}: {}", family.name(), asked.join("; "));
            for (i, rgb) in phantom.rgb.chunks_exact(3).enumerate() {
                let (x, y) = (column * SIDE_PX + i % SIDE_PX, row * SIDE_PX + i / SIDE_PX);
                sheet.put_pixel(x as u32, y as u32, image::Rgb([rgb[0], rgb[1], rgb[2]]));
            }
        }
    }
    sheet.save(path)?;
    Ok(())
}
