//! A GGUF pair in the true shapes of Qwen2-VL with random weights.
//!
//! Its answers have no meaning, but cost what the real model's cost: the same tensors of the same types,
//! a vocabulary of the same size, the same keys. [`shape`] has the dimensions, [`storage`] the type of each tensor,
//! [`blocks`] its bits.

mod blocks;
mod shape;
mod storage;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use tensor::Dtype;

use crate::error::Result;
use crate::pair::keys::{self, General, Images};
use crate::pair::plan::{self, PlannedTensor};
use crate::pair::{self, Outline, TextRule, Tower};
use crate::step::Observe;
use blocks::RandomBlocks;
pub use shape::Size;
pub use storage::Storage;

/// Which pair is made.
#[derive(Clone, Debug)]
pub struct SynthOptions {
    /// Whose shapes.
    pub size: Size,
    /// How the text model's matrices are stored.
    pub text: Storage,
    /// How the vision tower's matrices are stored. It has no mix: [`Storage::Q4KM`] is Q8_0 there.
    pub vision: Storage,
    /// Folder that receives text.gguf and mmproj.gguf; made if it is missing.
    pub out: PathBuf,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Blocks of the text model, if fewer than the true 28.
    pub layers: Option<usize>,
    /// Blocks of the vision tower, if fewer than the true 32.
    pub vision_layers: Option<usize>,
}

/// Writes a pair.
///
/// # Errors
/// If a depth is 0 or more than the true one, or a file cannot be written.
pub fn synthesise(options: &SynthOptions, observe: Observe<'_>) -> Result<()> {
    let parts = pair::write(&options.out, &outlines(options)?, observe, |(tower, place), stored, sink| {
        // A stream of random numbers for each tensor: its bits depend only on its place in its file.
        let mut random = ChaCha8Rng::seed_from_u64(options.seed ^ tower as u64);
        random.set_stream(place as u64);
        let values = blocks::values_of(&stored.tensor);
        RandomBlocks::new(stored.dtype, values, random)?.stream(stored.tensor.n_elements(), sink)
    })?;
    parts.into_iter().try_for_each(|part| part.publish().map(drop))
}

/// Bytes of a random weight `(rows, cols)`, as in a pair.
///
/// # Errors
/// If its rows do not fill whole blocks.
pub fn random_weight(dtype: Dtype, rows: usize, cols: usize, seed: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let random = ChaCha8Rng::seed_from_u64(seed);
    RandomBlocks::new(dtype, blocks::matrix(cols), random)?.stream(rows * cols, &mut |chunk| {
        bytes.extend_from_slice(chunk);
        Ok(())
    })?;
    Ok(bytes)
}

/// Both files, all but their weights.
fn outlines(options: &SynthOptions) -> Result<[Outline; 2]> {
    let config = options.size.config(options.layers, options.vision_layers)?;
    let tied = config.text.tie_word_embeddings == Some(true);
    let name = format!("Synthetic {}", options.size.in_words());
    let general = |tower, storage: Storage, tensors: &[PlannedTensor]| General {
        name: &name,
        tower,
        file_type: storage.file_type(),
        n_parameters: plan::n_parameters(tensors),
        sampling: &[],
    };

    let tensors = plan::text_tensors(&config.text, tied);
    let vocabulary = vocabulary::keys(config.text.vocab_size)?;
    let keys = keys::text(&general(Tower::Text, options.text, &tensors), &config, vocabulary)?;
    let rule = TextRule { tied, n_layers: config.text.num_hidden_layers };
    let text = Outline::new(Tower::Text, keys, tensors, |tensor| options.text.text_dtype(tensor, rule));

    let tensors = plan::vision_tensors(&config.vision);
    // As in published mmproj files: nothing about the size of images.
    let images =
        Images { mean: shape::IMAGE_MEAN, std: shape::IMAGE_STD, min_pixels: None, max_pixels: None };
    let keys = keys::vision(&general(Tower::Vision, options.vision, &tensors), &config, &images)?;
    let vision = Outline::new(Tower::Vision, keys, tensors, |tensor| options.vision.vision_dtype(tensor));
    Ok([text, vision])
}
