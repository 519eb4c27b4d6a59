//! `qvm bench tsv`: a data set as a file that other evaluation programs read.

use std::io::Cursor;
use std::path::PathBuf;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bench::tsv::{Record, write};
use clap::Args;
use engine::{Data, Preview, Session};
use image::{DynamicImage, ImageFormat, RgbaImage};

use super::data::open;
use crate::file::PrecisionArg;
use crate::host::{Terminal, failed};

#[derive(Args, Debug)]
pub(crate) struct TsvArgs {
    /// Data set: `sample`
    #[arg(long, default_value = "sample", value_parser = ["sample"])]
    data: String,
    /// File to write
    #[arg(long)]
    out: PathBuf,
}

pub(crate) fn run(args: &TsvArgs) -> anyhow::Result<()> {
    let records = pollster::block_on(records())?;
    std::fs::write(&args.out, write(&records))
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    eprintln!("{} questions in {}", records.len(), args.out.display());
    Ok(())
}

async fn records() -> anyhow::Result<Vec<Record>> {
    // A session without a model can open data sets and show their images.
    let mut session = Session::new(PrecisionArg::Fast.machine(), Terminal::new());
    let questions = open(&mut session, Data::Sample).await?.questions;
    let mut records = Vec::new();
    for (number, question) in (0..).zip(questions) {
        let shown = session.question_image(number).await.map_err(|error| failed(&error))?;
        let Preview { width_px, height_px, rgba } = shown;
        records.push(Record { question, image: Some(STANDARD.encode(png(width_px, height_px, rgba)?)) });
    }
    Ok(records)
}

fn png(width_px: u32, height_px: u32, rgba: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let n_bytes = rgba.len();
    let image = RgbaImage::from_raw(width_px, height_px, rgba)
        .with_context(|| format!("{n_bytes} bytes are no {width_px}x{height_px} image"))?;
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(image).to_rgb8().write_to(&mut file, ImageFormat::Png)?;
    Ok(file.into_inner())
}
