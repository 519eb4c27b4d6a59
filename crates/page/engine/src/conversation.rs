//! What was said so far. Nothing here is on a machine.

use model::prompt::Prompt;
use model::tokenizer::{Tokenizer, TokenizerError};
use protocol::Turns;

use crate::images::View;

/// A question with its answer.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) text: String,
    /// Images that this turn brought in.
    pub(crate) images: Vec<View>,
    /// As sampled, without a stop token.
    pub(crate) answer: Vec<u32>,
}

/// The conversation.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) turns: Vec<Turn>,
}

/// A question in its place after the earlier turns.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) prompt: Prompt,
    /// The images of the prompt, in their order there.
    pub(crate) views: Vec<View>,
    /// How many of them came with earlier turns. The rest came with the question.
    pub(crate) n_earlier: usize,
}

impl Conversation {
    /// The prompt for a question about `views`. One that an earlier turn brought in is not shown again.
    pub(crate) fn ask(
        &self,
        tokenizer: &Tokenizer,
        turns: Turns,
        text: &str,
        views: &[View],
    ) -> Result<Asked, TokenizerError> {
        let mut prompt = Prompt::new(tokenizer)?;
        let mut standing: Vec<View> = Vec::new();
        if turns == Turns::FollowUp {
            for turn in &self.turns {
                let places: Vec<_> = turn.images.iter().map(|view| view.place).collect();
                prompt.ask(tokenizer, &places, &turn.text)?;
                prompt.answered(tokenizer, &turn.answer)?;
                standing.extend(turn.images.iter().cloned());
            }
        }
        let n_earlier = standing.len();
        let is_new = |view: &&View| standing.iter().all(|earlier| earlier.key() != view.key());
        let brought: Vec<View> = views.iter().filter(is_new).cloned().collect();
        let places: Vec<_> = brought.iter().map(|view| view.place).collect();
        prompt.ask(tokenizer, &places, text)?;
        standing.extend(brought);
        Ok(Asked { prompt, views: standing, n_earlier })
    }

    /// Whether a turn brought this view in.
    pub(crate) fn has_view(&self, key: u64) -> bool {
        self.turns.iter().flat_map(|turn| &turn.images).any(|view| view.key() == key)
    }
}
