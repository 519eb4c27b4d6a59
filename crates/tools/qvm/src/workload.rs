//! The work that a model is timed with, the same on every machine: one image, a prompt, and tokens after it.
//!
//! The tokens have no meaning, and the prompt is never tokenised: the cost of a pass depends only on their number. With
//! [`model::plan::Plan`] as the machine, the same pass is counted instead of computed.

use std::path::Path;

use anyhow::Result;
use engine::{EngineError, LoadedModel, load_pair};
use imaging::{Patches, RgbImage, patches};
use model::backend::{Backend, BackendError, Ids, Sampling};
use model::config::{TextConfig, VisionConfig};
use model::forward::text::{Input, Memory, TextModel, TextPass};
use model::forward::vision::VisionModel;
use model::load::{TextTensors, VisionTensors};
use model::plan::Plan;
use protocol::{Failure, JobId};

pub use crate::clock::now_secs;
use crate::file::ModelFiles;
use crate::host::Terminal;
use crate::inspect::header;

/// Loads the pair in a folder, as `qvm pack` and `qvm synth` write it.
///
/// # Errors
/// If the files cannot be read or are not a model, or the machine has no room.
pub async fn load<B: Backend>(b: &mut B, folder: &Path) -> Result<LoadedModel<B>> {
    load_files(b, &ModelFiles::of_folder(folder)).await
}

pub(crate) async fn load_files<B: Backend>(b: &mut B, files: &ModelFiles) -> Result<LoadedModel<B>> {
    load_pair(b, &Terminal::new(), JobId(0), files.open()?.into()).await.map_err(in_words)
}

/// An error with its remedy.
pub(crate) fn in_words(error: EngineError) -> anyhow::Error {
    let Failure { message, remedy } = error.to_failure();
    anyhow::anyhow!("{message}\n{remedy}")
}

/// A pair without its weights: its passes are counted.
#[derive(Debug)]
pub struct PlannedPair {
    /// The language model.
    pub text: TextModel<Plan>,
    /// The vision tower.
    pub vision: VisionModel<Plan>,
}

/// Reads what is before the weights in a folder's pair.
///
/// # Errors
/// As [`load`].
pub async fn plan(folder: &Path) -> Result<PlannedPair> {
    plan_files(&ModelFiles::of_folder(folder)).await
}

pub(crate) async fn plan_files(files: &ModelFiles) -> Result<PlannedPair> {
    let [mut text, mut vision] = files.open()?;
    let (text, vision) = (header(&mut text).await?, header(&mut vision).await?);
    let config = TextConfig::new(&text)?;
    Ok(PlannedPair { text: TextTensors::planned(&text)?, vision: VisionTensors::planned(&vision, &config)? })
}

/// A conversation that is read and continued.
#[derive(Debug)]
pub struct Reading<'m, B: Backend> {
    text: &'m TextModel<B>,
    memory: Memory<B>,
    sampler: B::Sampler,
    /// The token that the next step reads.
    newest: B::Token,
    n_tokens: usize,
}

/// Tokens that are read back together, while as many again are computed.
const BATCH: usize = 8;

impl<'m, B: Backend> Reading<'m, B> {
    /// Reads a prompt of `n_prompt` tokens, and waits for the first token of its answer.
    ///
    /// # Errors
    /// If the machine fails.
    pub async fn prefill(b: &mut B, text: &'m TextModel<B>, n_prompt: usize) -> Result<Self, BackendError> {
        let ids: Vec<u32> = (0..n_prompt).map(|i| id(i, text.config.n_vocab)).collect();
        let positions: Vec<[u32; 3]> = (0..n_prompt).map(|i| [i as u32; 3]).collect();
        let mut memory = text.memory(b)?;
        let input = Input { ids: Ids::Host(&ids), positions: &positions, images: &[] };
        let mut pass = text.begin(b, input)?;
        while text.advance(b, &mut memory, &mut pass)? {
            b.settle().await?;
        }
        let mut sampler = b.sampler(&Sampling::greedy(text.config.n_vocab), &[])?;
        let newest = sample(b, text, &pass, &mut sampler)?;
        b.read_tokens(std::slice::from_ref(&newest)).await?;
        Ok(Self { text, memory, sampler, newest, n_tokens: n_prompt })
    }

    /// Decodes `n` tokens and waits for the last. They are read back late and in batches, which suits a machine with slow
    /// readback.
    ///
    /// # Errors
    /// If the machine fails.
    pub async fn decode(&mut self, b: &mut B, n: usize) -> Result<Vec<u32>, BackendError> {
        let mut under_way = Vec::new();
        let mut ids = Vec::new();
        for _ in 0..n {
            let positions = [[self.n_tokens as u32; 3]];
            let input = Input { ids: Ids::Sampled(&self.newest), positions: &positions, images: &[] };
            let mut pass = self.text.begin(b, input)?;
            while self.text.advance(b, &mut self.memory, &mut pass)? {}
            self.newest = sample(b, self.text, &pass, &mut self.sampler)?;
            self.n_tokens += 1;
            under_way.push(self.newest.clone());
            if under_way.len() == 2 * BATCH {
                let oldest: Vec<_> = under_way.drain(..BATCH).collect();
                ids.extend(b.read_tokens(&oldest).await?);
            }
        }
        ids.extend(b.read_tokens(&under_way).await?);
        Ok(ids)
    }
}

/// Ids from the whole vocabulary.
fn id(i: usize, n_vocab: usize) -> u32 {
    (i * 7919 % n_vocab) as u32
}

fn sample<B: Backend>(
    b: &mut B,
    text: &TextModel<B>,
    pass: &TextPass<B>,
    sampler: &mut B::Sampler,
) -> Result<B::Token, BackendError> {
    let logits = text.next_logits(b, pass)?;
    b.sample(&logits, sampler)
}

/// An image of this size in pixels (multiples of 28), cut into patches.
///
/// # Errors
/// If a side is 0 or not a multiple of 28.
pub fn image(width_px: u32, height_px: u32, config: &VisionConfig) -> Result<Patches> {
    let pixel = |x: u32, y: u32| image::Rgb([(x * 5) as u8, (y * 3) as u8, (x * y) as u8]);
    Ok(patches(&RgbImage::from_fn(width_px, height_px, pixel), &config.normalisation)?)
}

/// Runs an image through the tower, and waits for its vectors.
///
/// # Errors
/// If the machine fails.
pub async fn look<B: Backend>(
    b: &mut B,
    vision: &VisionModel<B>,
    image: &Patches,
) -> Result<(), BackendError> {
    let mut pass = vision.begin(b, image)?;
    while vision.advance(b, &mut pass)? {
        b.settle().await?;
    }
    let vectors = vision.merge(b, pass)?;
    wait_for(b, &vectors).await
}

/// Waits until an activation is computed, at the cost of reading one row.
///
/// # Errors
/// If the machine fails.
pub async fn wait_for<B: Backend>(b: &mut B, x: &B::Tensor) -> Result<(), BackendError> {
    let row = b.last_row(x)?;
    b.read(&row).await.map(drop)
}
