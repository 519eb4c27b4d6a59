//! What was said so far, and which of it the model still remembers.

use model::backend::Backend;
use model::prompt::{Prompt, PromptImage};
use model::tokenizer::{Tokenizer, TokenizerError};
use protocol::Turns;

use crate::images::Encoded;
use crate::recall::Recall;

/// A question with its answer.
#[derive(Debug)]
pub(crate) struct Turn<B: Backend> {
    pub(crate) text: String,
    /// Images that this turn brought in.
    pub(crate) images: Vec<Encoded<B>>,
    /// As sampled, without a stop token.
    pub(crate) answer: Vec<u32>,
}

/// The conversation.
#[derive(Debug)]
pub(crate) struct Conversation<B: Backend> {
    pub(crate) turns: Vec<Turn<B>>,
    /// Made with the first question. It outlives the turns: a new conversation begins with the same system turn.
    pub(crate) recall: Option<Recall<B>>,
}

impl<B: Backend> Default for Conversation<B> {
    fn default() -> Self {
        Self { turns: Vec::new(), recall: None }
    }
}

/// A question in its place behind the earlier turns.
#[derive(Debug)]
pub(crate) struct Asked<B: Backend> {
    pub(crate) prompt: Prompt,
    /// Images of earlier turns, in the order in which they stand in the prompt; those of the question follow.
    pub(crate) earlier: Vec<Encoded<B>>,
    /// Which of the question's images stand in the prompt with it. One that an earlier turn brought in is not shown again.
    pub(crate) brought: Vec<usize>,
}

impl<B: Backend> Conversation<B> {
    /// The prompt for a question about `images`.
    pub(crate) fn ask(
        &self,
        tokenizer: &Tokenizer,
        turns: Turns,
        text: &str,
        images: &[PromptImage],
    ) -> Result<Asked<B>, TokenizerError> {
        let mut prompt = Prompt::new(tokenizer)?;
        let mut earlier: Vec<Encoded<B>> = Vec::new();
        if turns == Turns::FollowUp {
            for turn in &self.turns {
                let places: Vec<_> = turn.images.iter().map(|e| e.place).collect();
                prompt.ask(tokenizer, &places, &turn.text)?;
                prompt.answered(tokenizer, &turn.answer)?;
                earlier.extend(turn.images.iter().cloned());
            }
        }
        let is_new = |i: &usize| earlier.iter().all(|e| e.place.key != images[*i].key);
        let brought: Vec<usize> = (0..images.len()).filter(is_new).collect();
        let places: Vec<_> = brought.iter().map(|i| images[*i]).collect();
        prompt.ask(tokenizer, &places, text)?;
        Ok(Asked { prompt, earlier, brought })
    }
}
