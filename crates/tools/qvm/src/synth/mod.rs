//! `qvm synth`: a GGUF pair of the true shapes of Qwen2-VL with random weights.
//!
//! What a machine makes of it has no meaning, but costs what the real model costs: the same tensors of the same types,
//! a vocabulary of the same size, the same keys. [`shape`] says what is in it, [`storage`] how each tensor is stored,
//! [`blocks`] what bits it gets and why those are harmless.

mod blocks;
mod shape;
mod storage;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use model::backend::Shape;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use tensor::Dtype;

use crate::pair::config::HubConfig;
use crate::pair::container::Key;
use crate::pair::keys::{self, General, Images};
use crate::pair::plan::{self, Planned};
use crate::pair::{self, Tower};
use blocks::RandomBlocks;
pub use shape::Size;
pub use storage::Storage;

/// A pair of the true shapes with random weights, written tensor by tensor.
#[derive(Debug, clap::Args)]
pub struct SynthArgs {
    /// Whose shapes
    #[arg(long = "model", value_enum)]
    pub size: Size,
    /// How the text model's matrices are stored: q4_k_m (llama.cpp's mix of Q4_K and Q6_K), f32, f16, bf16, q4_0, q4_1,
    /// q5_0, q5_1, q8_0, q2_k, q3_k, q4_k, q5_k, q6_k
    #[arg(long, value_parser = storage::text, default_value = "q4_k_m")]
    pub text: Storage,
    /// How the vision tower's matrices are stored: the same names without the mix
    #[arg(long, value_parser = storage::vision, default_value = "q8_0")]
    pub vision: Storage,
    /// Folder that receives text.gguf and mmproj.gguf; made if it is not there
    #[arg(long)]
    pub out: PathBuf,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Blocks of the text model, if fewer than the true 28
    #[arg(long)]
    pub layers: Option<usize>,
    /// Blocks of the vision tower, if fewer than the true 32
    #[arg(long)]
    pub vision_layers: Option<usize>,
}

/// Writes a pair, telling on standard error what was written.
///
/// # Errors
/// Where a depth is 0 or more than the true one, or a file cannot be written.
pub fn run(args: &SynthArgs) -> Result<()> {
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    for file in files(args)? {
        // A stream of random numbers for each tensor: its bits depend on nothing but its place in its file.
        let mut stream = 0;
        let stored: Vec<_> = file.tensors.iter().map(|(tensor, dtype)| (tensor, *dtype)).collect();
        pair::write(&args.out, file.tower, &file.keys, &stored, |tensor, dtype, sink| {
            let mut random = ChaCha8Rng::seed_from_u64(args.seed ^ file.tower as u64);
            random.set_stream(stream);
            stream += 1;
            let values = blocks::values_of(tensor);
            RandomBlocks::new(dtype, values, random)?.stream(tensor.n_elements(), sink)
        })?;
    }
    Ok(())
}

/// Bytes of a weight that is random and harmless, as those of a pair.
///
/// # Errors
/// Where its rows do not fill whole blocks.
pub fn weight(dtype: Dtype, shape: Shape, seed: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    RandomBlocks::new(dtype, blocks::matrix(shape.cols), ChaCha8Rng::seed_from_u64(seed))?.stream(
        shape.n_elements(),
        &mut |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        },
    )?;
    Ok(bytes)
}

/// One file, all but its weights.
struct File {
    tower: Tower,
    keys: Vec<Key>,
    tensors: Vec<(Planned, Dtype)>,
}

fn files(args: &SynthArgs) -> Result<[File; 2]> {
    let config: HubConfig = args.size.config(args.layers, args.vision_layers)?;
    let tied = config.text.tie_word_embeddings == Some(true);
    let name = format!("Synthetic {}", args.size.in_words());
    let general = |tower, storage: Storage, tensors: &[Planned]| General {
        name: &name,
        tower,
        file_type: storage.file_type(),
        n_parameters: plan::n_parameters(tensors),
        sampling: &[],
    };

    let tensors = plan::text_tensors(&config.text, tied);
    let general_keys = general(Tower::Text, args.text, &tensors);
    let keys = keys::text(&general_keys, &config, vocabulary::keys(config.text.vocab_size)?)?;
    let rule = storage::TextRule { tied, n_layers: config.text.num_hidden_layers };
    let with_dtype = |t: Planned| {
        let dtype = args.text.text_dtype(&t, rule);
        (t, dtype)
    };
    let text = File { tower: Tower::Text, keys, tensors: tensors.into_iter().map(with_dtype).collect() };

    let tensors = plan::vision_tensors(&config.vision);
    let general_keys = general(Tower::Vision, args.vision, &tensors);
    // As published mmproj files: nothing about the size of images.
    let images =
        Images { mean: shape::IMAGE_MEAN, std: shape::IMAGE_STD, min_pixels: None, max_pixels: None };
    let keys = keys::vision(&general_keys, &config, &images)?;
    let with_dtype = |t: Planned| {
        let dtype = args.vision.vision_dtype(&t);
        (t, dtype)
    };
    let vision = File { tower: Tower::Vision, keys, tensors: tensors.into_iter().map(with_dtype).collect() };
    Ok([text, vision])
}
