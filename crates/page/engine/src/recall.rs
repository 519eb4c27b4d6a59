//! What the model has read, token by token, beside the keys and values that reading left.

use model::backend::{Backend, BackendError};
use model::forward::text::Memory;
use model::prompt::Prompt;

/// A token that was read: its id, and the image it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    id: u32,
    image_key: Option<u64>,
}

impl Read {
    pub(crate) fn text(id: u32) -> Self {
        Self { id, image_key: None }
    }

    /// The tokens of a prompt.
    pub(crate) fn prompt(prompt: &Prompt) -> Vec<Self> {
        let mut tokens: Vec<_> = prompt.ids.iter().map(|id| Self::text(*id)).collect();
        for (span, key) in &prompt.images {
            tokens[span.at..span.end()].iter_mut().for_each(|t| t.image_key = Some(*key));
        }
        tokens
    }
}

/// The model's memory with an account of its contents: one is never kept without the other.
#[derive(Debug)]
pub(crate) struct Recall<B: Backend> {
    pub(crate) memory: Memory<B>,
    /// What is in the KV cache. While a pass runs or tokens are under way, the cache may hold more than this, never less.
    pub(crate) tokens: Vec<Read>,
}

impl<B: Backend> Recall<B> {
    pub(crate) fn new(memory: Memory<B>) -> Self {
        Self { memory, tokens: Vec::new() }
    }

    /// How many tokens of `wanted` were read already: at most all but one (the last must be read to be answered),
    /// and never a part of an image.
    pub(crate) fn n_reusable(&self, wanted: &[Read], prompt: &Prompt) -> usize {
        let same = wanted.iter().zip(&self.tokens).take_while(|(w, t)| w == t).count();
        let n = same.min(wanted.len().saturating_sub(1));
        let cut = prompt.images.iter().find(|(span, _)| span.at < n && n < span.end());
        cut.map_or(n, |(span, _)| span.at)
    }

    /// Forgets all except the first `n_tokens`, and whatever an interrupted pass left.
    pub(crate) fn truncate(&mut self, b: &mut B, n_tokens: usize) -> Result<(), BackendError> {
        let n_tokens = n_tokens.min(self.tokens.len()).min(self.memory.n_tokens());
        self.tokens.truncate(n_tokens);
        self.memory.truncate(b, n_tokens)
    }
}
