//! `qvm trace`: every stage of one user turn, as a safetensors file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use engine::Trace;
use imaging::{PATCH_LEN, PixelBounds};
use safetensors::tensor::{Dtype, TensorView};

use crate::file::{ModelFiles, PrecisionArg};
use crate::workload::{in_words, load_files};

#[derive(Args, Debug)]
pub(crate) struct TraceArgs {
    #[command(flatten)]
    files: ModelFiles,
    /// Image of the turn; repeat for several
    #[arg(long)]
    image: Vec<PathBuf>,
    /// What the person says
    #[arg(long)]
    prompt: String,
    /// Fewest pixels of a resized image
    #[arg(long, default_value_t = 3136)]
    min_pixels: u32,
    /// Most pixels of a resized image
    #[arg(long, default_value_t = 12_845_056)]
    max_pixels: u32,
    /// Greedy tokens to generate; stop tokens do not end them
    #[arg(long, default_value_t = 16)]
    tokens: usize,
    /// How products are computed
    #[arg(long, value_enum, default_value = "exact")]
    precision: PrecisionArg,
    /// File to write (safetensors)
    #[arg(long)]
    out: PathBuf,
}

pub(crate) fn run(args: &TraceArgs) -> anyhow::Result<()> {
    let decode = |path: &PathBuf| {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(imaging::decode(&bytes).with_context(|| path.display().to_string())?.pixels)
    };
    let images = args.image.iter().map(decode).collect::<anyhow::Result<Vec<_>>>()?;
    let bounds = PixelBounds { min_pixels: args.min_pixels, max_pixels: args.max_pixels };
    let mut machine = args.precision.machine();
    let trace = pollster::block_on(async {
        let model = load_files(&mut machine, &args.files).await?;
        Trace::new(&mut machine, &model, &images, bounds, &args.prompt, args.tokens).await.map_err(in_words)
    })?;
    write(&trace, &args.out)
}

fn write(t: &Trace, path: &Path) -> anyhow::Result<()> {
    let n = t.input_ids.len();
    let axes = (0..3).flat_map(|axis| t.positions.iter().map(move |p| p[axis]));
    let grids = t.grids.iter().flat_map(|g| [1, g.height as u32, g.width as u32]);
    let stages = [
        integers("input_ids", &[n], t.input_ids.iter().copied()),
        integers("position_ids", &[3, n], axes),
        integers("grid_thw", &[t.grids.len(), 3], grids),
        floats("pixel_values", &[t.n_patches(), 2 * PATCH_LEN], &t.pixel_values),
        floats("vision_merged", &[t.vision_merged.len() / t.n_embd, t.n_embd], &t.vision_merged),
        floats("logits", &[n, t.n_vocab], &t.logits),
        integers("greedy", &[t.greedy.len()], t.greedy.iter().copied()),
    ];
    let views = stages.iter().map(|(name, dtype, shape, bytes)| {
        Ok((*name, TensorView::new(*dtype, shape.clone(), bytes).with_context(|| (*name).to_owned())?))
    });
    let views = views.collect::<anyhow::Result<Vec<_>>>()?;
    safetensors::serialize_to_file(views, None, path)
        .with_context(|| format!("cannot write {}", path.display()))
}

type TraceTensor = (&'static str, Dtype, Vec<usize>, Vec<u8>);

fn integers(name: &'static str, shape: &[usize], values: impl Iterator<Item = u32>) -> TraceTensor {
    // Token ids, positions and grid sizes are far below 2^31.
    (name, Dtype::I32, shape.to_vec(), values.flat_map(|v| (v as i32).to_le_bytes()).collect())
}

fn floats(name: &'static str, shape: &[usize], values: &[f32]) -> TraceTensor {
    (name, Dtype::F32, shape.to_vec(), values.iter().flat_map(|v| v.to_le_bytes()).collect())
}
