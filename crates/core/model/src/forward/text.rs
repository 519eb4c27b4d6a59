//! The language model: token ids and image vectors to logits, with a cache of keys and values.

use crate::backend::{Backend, BackendError, Ids, Keys, Linear, Norm, Rotation, Span};
use crate::config::TextConfig;
use crate::positions::RopeTable;

/// One block: `x += attention(norm(x)); x += mlp(norm(x))`.
#[derive(Debug)]
pub struct TextBlock<W> {
    pub(crate) attention_norm: Norm<W>,
    pub(crate) query: Linear<W>,
    pub(crate) key: Linear<W>,
    pub(crate) value: Linear<W>,
    pub(crate) output: Linear<W>,
    pub(crate) mlp_norm: Norm<W>,
    pub(crate) gate: Linear<W>,
    pub(crate) up: Linear<W>,
    pub(crate) down: Linear<W>,
}

/// The language model.
#[derive(Debug)]
pub struct TextModel<B: Backend> {
    /// What the file says about it.
    pub config: TextConfig,
    /// `(n_vocab, n_embd)`; also the head if that is tied.
    pub(crate) embedding: Linear<B::Weight>,
    pub(crate) blocks: Vec<TextBlock<B::Weight>>,
    pub(crate) norm: Norm<B::Weight>,
    /// `(n_vocab, n_embd)`, `None` if it is the embedding.
    pub(crate) head: Option<Linear<B::Weight>>,
}

/// Keys and values of everything the model has read.
#[derive(Debug)]
pub struct Memory<B: Backend> {
    caches: Vec<B::Cache>,
    n_tokens: usize,
}

impl<B: Backend> Memory<B> {
    /// Tokens read so far.
    pub fn n_tokens(&self) -> usize {
        self.n_tokens
    }

    /// Forgets all but the first `n_tokens` tokens (all of them, if it never held so many).
    pub fn truncate(&mut self, b: &mut B, n_tokens: usize) -> Result<(), BackendError> {
        // A pass that failed or was stopped between two blocks leaves caches of different lengths.
        for cache in &mut self.caches {
            let held = b.cache_shape(cache).rows;
            b.truncate(cache, held.min(n_tokens))?;
        }
        self.n_tokens = self.n_tokens.min(n_tokens);
        Ok(())
    }
}

/// What a pass reads.
#[derive(Debug)]
pub struct Input<'a, B: Backend> {
    /// The tokens; places of images hold their `<|image_pad|>` tokens.
    pub ids: Ids<'a, B>,
    /// (temporal, row, column) of each token.
    pub positions: &'a [[u32; 3]],
    /// Image vectors that replace embeddings, each with the index of its first token among `ids`.
    pub images: &'a [(usize, &'a B::Tensor)],
}

/// Tokens on their way through the blocks.
#[derive(Debug)]
pub struct TextPass<B: Backend> {
    /// `(n_tokens, n_embd)`
    x: B::Tensor,
    rotation: Rotation<B::Tensor>,
    n_tokens: usize,
    n_done: usize,
}

impl<B: Backend> TextPass<B> {
    /// Blocks that have run.
    pub fn n_done(&self) -> usize {
        self.n_done
    }
}

impl<B: Backend> TextModel<B> {
    /// Blocks a pass takes.
    pub fn n_blocks(&self) -> usize {
        self.blocks.len()
    }

    /// A memory that holds nothing.
    pub fn memory(&self, b: &mut B) -> Result<Memory<B>, BackendError> {
        let cols = self.config.n_kv_cols();
        let caches = self.blocks.iter().map(|_| b.cache(cols)).collect::<Result<_, _>>()?;
        Ok(Memory { caches, n_tokens: 0 })
    }

    /// Embeds tokens and puts image vectors in their places.
    pub fn begin(&self, b: &mut B, input: Input<'_, B>) -> Result<TextPass<B>, BackendError> {
        let mut x = b.embed(&self.embedding.weight, input.ids)?;
        for (at, image) in input.images {
            x = b.splice(&x, image, *at)?;
        }
        let c = &self.config;
        let table = RopeTable::text(input.positions, c.rope_sections, c.rope_base, c.heads.dim);
        let n_tokens = input.positions.len();
        Ok(TextPass { x, rotation: table.upload(b)?, n_tokens, n_done: 0 })
    }

    /// Runs the next block; `false` once none is left.
    pub fn advance(
        &self,
        b: &mut B,
        memory: &mut Memory<B>,
        pass: &mut TextPass<B>,
    ) -> Result<bool, BackendError> {
        let Some(block) = self.blocks.get(pass.n_done) else { return Ok(false) };
        let heads = self.config.heads;
        let cache = &mut memory.caches[pass.n_done];
        let weights = [&block.query, &block.key, &block.value];
        let q = b.attention_inputs(&pass.x, &block.attention_norm, weights, heads, &pass.rotation, cache)?;
        let a = b.attend(&q, Keys::Cached(cache), heads, Span::Causal)?;
        let x = b.linear_add(&a, &block.output, &pass.x)?;
        pass.x = b.gated_mlp(&x, &block.mlp_norm, &block.gate, &block.up, &block.down)?;
        pass.n_done += 1;
        if pass.n_done == self.blocks.len() {
            memory.n_tokens += pass.n_tokens;
        }
        Ok(true)
    }

    /// Logits of every token of the pass: `(n_tokens, n_vocab)`.
    pub fn all_logits(&self, b: &mut B, pass: &TextPass<B>) -> Result<B::Tensor, BackendError> {
        self.logits(b, &pass.x)
    }

    /// Logits of the token that follows the pass: `(1, n_vocab)`.
    pub fn next_logits(&self, b: &mut B, pass: &TextPass<B>) -> Result<B::Tensor, BackendError> {
        let x = b.last_row(&pass.x)?;
        self.logits(b, &x)
    }

    fn logits(&self, b: &mut B, x: &B::Tensor) -> Result<B::Tensor, BackendError> {
        b.norm_linear(x, &self.norm, self.head.as_ref().unwrap_or(&self.embedding))
    }
}
