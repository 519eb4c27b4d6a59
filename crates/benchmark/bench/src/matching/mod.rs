//! Which option an answer means, by three versions of VLMEvalKit's exact matching that are all in use.

mod option;
mod phrase;
mod rule;
#[cfg(test)]
mod tests;
mod text;

pub use rule::{Rule, UnknownRule};
use serde::{Deserialize, Serialize};

use crate::Letter;

/// What a rule reads in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Match {
    /// Exactly one option.
    Option(Letter),
    /// The model declines to answer; VLMEvalKit writes `Z`. Counts as wrong.
    Refused,
    /// No option, or more than one. Counts as wrong and is never guessed.
    NotFound,
}

impl Match {
    /// The option, if one was found.
    pub const fn letter(self) -> Option<Letter> {
        match self {
            Self::Option(letter) => Some(letter),
            Self::Refused | Self::NotFound => None,
        }
    }

    /// Whether it is the right option; none if that is not known.
    pub fn hits(self, answer: Option<Letter>) -> Option<bool> {
        answer.map(|answer| self.letter() == Some(answer))
    }
}

/// Reads an answer under a rule. `options` are the texts in the order of their letters.
///
/// It looks for the letters first, then for the texts, as `can_infer` in VLMEvalKit's `vlmeval/utils/matching_util.py` does. Answers
/// that VLMEvalKit would hand to a judge model are [`Match::NotFound`].
pub fn matched(rule: Rule, prediction: &str, options: &[impl AsRef<str>]) -> Match {
    match option::infer(rule, prediction, options.len()) {
        Match::NotFound => text::infer(rule, prediction, options).map_or(Match::NotFound, Match::Option),
        found => found,
    }
}
