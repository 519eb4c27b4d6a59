//! `qvm inspect`: what a GGUF file holds.

use std::path::PathBuf;

use clap::Args;
use engine::ByteSource as _;
use weights::{Gguf, HeaderReader};

use crate::file::FileSource;

#[derive(Args, Debug)]
pub(crate) struct InspectArgs {
    /// GGUF file
    file: PathBuf,
}

pub(crate) fn run(args: &InspectArgs) -> anyhow::Result<()> {
    let gguf = pollster::block_on(header(&mut FileSource::open(&args.file)?))?;
    for (key, value) in gguf.keys() {
        println!("{key} = {value}");
    }
    println!();
    for t in gguf.tensors() {
        let n_bytes = t.range.end - t.range.start;
        println!("{:<40} {:<5} {:<20} {n_bytes:>12} bytes", t.name, t.dtype.name(), format!("{:?}", t.shape));
    }
    println!();
    let (n_tensors, n_parameters) = (gguf.tensors().len(), gguf.n_parameters());
    println!("{n_tensors} tensors, {n_parameters} parameters, {}", gguf.quantisation());
    Ok(())
}

async fn header(source: &mut FileSource) -> anyhow::Result<Gguf> {
    let mut reader = HeaderReader::new(source.n_bytes());
    loop {
        let bytes = source.read(reader.want()).await?;
        if let Some(gguf) = reader.feed(&bytes)? {
            return Ok(gguf);
        }
    }
}
