//! `qvm inspect`: what a GGUF file holds.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
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
    let mut out = std::io::stdout().lock();
    for (key, value) in gguf.keys() {
        writeln!(out, "{key} = {value}")?;
    }
    writeln!(out)?;
    for t in gguf.tensors() {
        let shape = format!("{:?}", t.shape);
        writeln!(out, "{:<40} {:<5} {shape:<20} {:>12} bytes", t.name, t.dtype.name(), t.n_bytes())?;
    }
    let (n_tensors, n_parameters) = (gguf.tensors().len(), gguf.n_parameters());
    writeln!(out, "\n{n_tensors} tensors, {n_parameters} parameters, {}", gguf.quantisation())?;
    Ok(())
}

/// What stands before the weights.
pub(crate) async fn header(source: &mut FileSource) -> anyhow::Result<Gguf> {
    let mut reader = HeaderReader::new(source.n_bytes());
    loop {
        let bytes = source.read(reader.want()).await?;
        if let Some(gguf) = reader.feed(&bytes).with_context(|| source.name().to_owned())? {
            return Ok(gguf);
        }
    }
}
