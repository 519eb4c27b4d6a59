//! What was said so far, and which of it the model's memory still holds.

use model::backend::Backend;
use model::forward::text::Memory;
use model::prompt::{Prompt, PromptImage};
use model::tokenizer::{Tokenizer, TokenizerError};
use protocol::Turns;

use crate::images::Encoded;

/// A question with its answer.
#[derive(Debug)]
pub(crate) struct Turn<B: Backend> {
    pub(crate) text: String,
    /// Images that this turn brought in.
    pub(crate) images: Vec<Encoded<B>>,
    /// As sampled, without a stop token.
    pub(crate) answer: Vec<u32>,
}

/// A token in the model's memory: its id, and the image it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    id: u32,
    image_key: Option<u64>,
}

impl Held {
    pub(crate) fn text(id: u32) -> Self {
        Self { id, image_key: None }
    }

    /// The tokens of a prompt.
    pub(crate) fn prompt(prompt: &Prompt) -> Vec<Self> {
        let mut held: Vec<_> = prompt.ids.iter().map(|id| Self::text(*id)).collect();
        for (span, key) in &prompt.images {
            held[span.at..span.end()].iter_mut().for_each(|h| h.image_key = Some(*key));
        }
        held
    }
}

/// The conversation.
#[derive(Debug)]
pub(crate) struct Conversation<B: Backend> {
    pub(crate) turns: Vec<Turn<B>>,
    /// Keys and values, made with the first question.
    pub(crate) memory: Option<Memory<B>>,
    /// What the memory holds, token by token.
    pub(crate) held: Vec<Held>,
}

impl<B: Backend> Default for Conversation<B> {
    fn default() -> Self {
        Self { turns: Vec::new(), memory: None, held: Vec::new() }
    }
}

impl<B: Backend> Conversation<B> {
    /// Forgets what was said. The memory stays: a new conversation begins with the same system turn.
    pub(crate) fn clear_turns(&mut self) {
        self.turns.clear();
    }

    /// The prompt for a question, and every image that stands in it. An image that an earlier turn brought in is not
    /// shown again.
    pub(crate) fn prompt(
        &self,
        tokenizer: &Tokenizer,
        turns: Turns,
        text: &str,
        images: &[Encoded<B>],
    ) -> Result<(Prompt, Vec<Encoded<B>>, Vec<Encoded<B>>), TokenizerError> {
        let mut prompt = Prompt::new(tokenizer)?;
        let mut standing: Vec<Encoded<B>> = Vec::new();
        if turns == Turns::FollowUp {
            for turn in &self.turns {
                prompt.ask(tokenizer, &places(&turn.images), &turn.text)?;
                prompt.answered(tokenizer, &turn.answer)?;
                standing.extend(turn.images.iter().cloned());
            }
        }
        let is_new = |e: &&Encoded<B>| standing.iter().all(|s| s.prompt.key != e.prompt.key);
        let new: Vec<_> = images.iter().filter(is_new).cloned().collect();
        prompt.ask(tokenizer, &places(&new), text)?;
        standing.extend(new.iter().cloned());
        Ok((prompt, standing, new))
    }

    /// How many tokens of `wanted` the memory holds already, at most all but one (the last must be read to be
    /// answered) and never a part of an image.
    pub(crate) fn n_reusable(&self, wanted: &[Held], prompt: &Prompt) -> usize {
        let same = wanted.iter().zip(&self.held).take_while(|(w, h)| w == h).count();
        let n = same.min(wanted.len().saturating_sub(1));
        let cut = prompt.images.iter().find(|(span, _)| span.at < n && n < span.end());
        cut.map_or(n, |(span, _)| span.at)
    }
}

fn places<B: Backend>(images: &[Encoded<B>]) -> Vec<PromptImage> {
    images.iter().map(|e| e.prompt).collect()
}
