//! `qvm inspect`: what is in a GGUF file.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use engine::ByteSource as _;
use weights::{Gguf, HeaderReader};

use crate::file::FileSource;
use crate::grid::{self, left, right};

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
    let rows = gguf.tensors().iter().map(|t| {
        let (dtype, shape) = (t.dtype.name().to_owned(), format!("{:?}", t.shape));
        vec![t.name.clone(), dtype, shape, format!("{} bytes", t.n_bytes())]
    });
    for line in grid::lines(&[left(0), left(0), left(0), right(0)], rows) {
        writeln!(out, "{line}")?;
    }
    let (n_tensors, n_parameters) = (gguf.tensors().len(), gguf.n_parameters());
    writeln!(out, "\n{n_tensors} tensors, {n_parameters} parameters, {}", gguf.quantisation())?;
    Ok(())
}

/// Reads what is before the weights.
pub(crate) async fn header(source: &mut FileSource) -> anyhow::Result<Gguf> {
    let mut reader = HeaderReader::new(source.n_bytes());
    loop {
        let bytes = source.read(reader.want()).await?;
        if let Some(gguf) = reader.feed(&bytes).with_context(|| source.name().to_owned())? {
            return Ok(gguf);
        }
    }
}
