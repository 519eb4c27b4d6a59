//! Every stage of one user turn, for comparison with another implementation.

use imaging::{Grid, PATCH_SIDE_PX, PixelBounds, RgbImage, preprocess};
use model::backend::{Backend, Ids, Sampling};
use model::forward::text::Input;
use model::positions::Positions;
use model::prompt::{Prompt, PromptImage};

use crate::{EngineError, LoadedModel};

/// What one turn went through, read back from the machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The prompt's tokens, image tokens included.
    pub input_ids: Vec<u32>,
    /// (temporal, row, column) of each token.
    pub positions: Vec<[u32; 3]>,
    /// Of each image, in patches.
    pub grids: Vec<Grid>,
    /// `(patches of all images, 1176)`. A patch of the reference spans two frames, which are equal for a still image.
    pub pixel_values: Vec<f32>,
    /// `(visual tokens of all images, n_embd)`
    pub vision_merged: Vec<f32>,
    /// `(tokens, n_vocab)`
    pub logits: Vec<f32>,
    /// The likeliest continuation; stop tokens do not end it.
    pub greedy: Vec<u32>,
    /// Columns of `vision_merged`.
    pub n_embd: usize,
    /// Columns of `logits`.
    pub n_vocab: usize,
}

impl Trace {
    /// Runs one turn with the default system prompt: `images` first, then `text`, then `n_greedy` tokens.
    pub async fn new<B: Backend>(
        b: &mut B,
        model: &LoadedModel<B>,
        images: &[RgbImage],
        bounds: PixelBounds,
        text: &str,
        n_greedy: usize,
    ) -> Result<Self, EngineError> {
        Self::run(b, model, images, bounds, (text, &[]), n_greedy).await
    }

    /// The same with an answer that is given: the machine reads it, and what it would have said instead shows in the logits
    /// ("forced decoding").
    pub async fn forced<B: Backend>(
        b: &mut B,
        model: &LoadedModel<B>,
        images: &[RgbImage],
        bounds: PixelBounds,
        text: &str,
        answer: &[u32],
    ) -> Result<Self, EngineError> {
        Self::run(b, model, images, bounds, (text, answer), 0).await
    }

    /// The likeliest token after each token.
    pub fn likeliest(&self) -> Vec<u32> {
        let likeliest = |row: &[f32]| {
            let better = |best: usize, i: usize| if row[i] > row[best] { i } else { best };
            (0..row.len()).reduce(better).unwrap_or_default() as u32
        };
        self.logits.chunks_exact(self.n_vocab.max(1)).map(likeliest).collect()
    }

    async fn run<B: Backend>(
        b: &mut B,
        model: &LoadedModel<B>,
        images: &[RgbImage],
        bounds: PixelBounds,
        (text, answer): (&str, &[u32]),
        n_greedy: usize,
    ) -> Result<Self, EngineError> {
        let mut trace =
            Self { n_embd: model.text.config.n_embd, n_vocab: model.text.config.n_vocab, ..Self::default() };
        let (mut places, mut vectors) = (Vec::new(), Vec::new());
        for (image, key) in images.iter().zip(0..) {
            let patches = preprocess(image, bounds, &model.vision.config.normalisation)?;
            let mut pass = model.vision.begin(b, &patches)?;
            while model.vision.advance(b, &mut pass)? {}
            let merged = model.vision.merge(b, pass)?;
            trace.vision_merged.extend(b.read(&merged).await?);
            let channels = patches.values.chunks_exact(PATCH_SIDE_PX * PATCH_SIDE_PX);
            trace.pixel_values.extend(channels.flat_map(|frame| [frame, frame]).flatten());
            trace.grids.push(patches.grid);
            places.push(PromptImage { key, grid: patches.grid });
            vectors.push(merged);
        }
        let mut prompt = Prompt::new(&model.tokenizer)?;
        prompt.ask(&model.tokenizer, &places, text)?;
        prompt.ids.extend(answer);
        let positions = Positions::new(prompt.ids.len(), &prompt.spans());
        let spliced: Vec<_> = prompt.images.iter().zip(&vectors).map(|((span, _), v)| (span.at, v)).collect();
        let input = Input { ids: Ids::Host(&prompt.ids), positions: &positions.rows, images: &spliced };
        trace.continue_greedily(b, model, input, positions.next, n_greedy).await?;
        trace.input_ids = prompt.ids;
        trace.positions = positions.rows;
        Ok(trace)
    }

    async fn continue_greedily<B: Backend>(
        &mut self,
        b: &mut B,
        model: &LoadedModel<B>,
        input: Input<'_, B>,
        next_position: u32,
        n_greedy: usize,
    ) -> Result<(), EngineError> {
        let text = &model.text;
        let mut memory = text.memory(b)?;
        let mut pass = text.begin(b, input)?;
        while text.advance(b, &mut memory, &mut pass)? {}
        let logits = text.all_logits(b, &pass)?;
        self.logits = b.read(&logits).await?;
        let mut sampler = b.sampler(&Sampling::greedy(model.tokenizer.n_allowed()), &[])?;
        for position in (next_position..).take(n_greedy) {
            let logits = text.next_logits(b, &pass)?;
            let token = b.sample(&logits, &mut sampler)?;
            self.greedy.extend(b.read_tokens(std::slice::from_ref(&token)).await?);
            let input = Input { ids: Ids::Sampled(&token), positions: &[[position; 3]], images: &[] };
            pass = text.begin(b, input)?;
            while text.advance(b, &mut memory, &mut pass)? {}
        }
        Ok(())
    }

    /// Patches of all images.
    pub fn n_patches(&self) -> usize {
        self.grids.iter().map(|grid| grid.n_patches()).sum()
    }
}
