use super::vocabulary::is_special;
use super::{TokenizerError, Vocabulary};

/// The tokens that the chat template is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Opens a turn.
    pub im_start: u32,
    /// Closes a turn; ends an answer.
    pub im_end: u32,
    /// Ends a text; ends an answer, too.
    pub endoftext: Option<u32>,
    /// Before an image.
    pub vision_start: u32,
    /// After an image.
    pub vision_end: u32,
    /// Once per visual token.
    pub image_pad: u32,
}

impl SpecialTokens {
    pub(super) fn find(texts: &SpecialTexts) -> Result<Self, TokenizerError> {
        let id = |token| texts.id(token).ok_or(TokenizerError::MissingSpecial { token });
        Ok(Self {
            im_start: id("<|im_start|>")?,
            im_end: id("<|im_end|>")?,
            endoftext: texts.id("<|endoftext|>"),
            vision_start: id("<|vision_start|>")?,
            vision_end: id("<|vision_end|>")?,
            image_pad: id("<|image_pad|>")?,
        })
    }
}

/// Every special token by its text.
pub(super) struct SpecialTexts {
    /// Longest first, so that a token is not taken for another that begins with it.
    texts: Vec<(String, u32)>,
}

impl SpecialTexts {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let special = vocabulary.iter().filter(|(_, text, kind)| is_special(*kind) && !text.is_empty());
        let mut texts: Vec<_> = special.map(|(id, text, _)| (text.to_owned(), id)).collect();
        texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { texts }
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.texts.iter().find(|(text, _)| text == token).map(|&(_, id)| id)
    }

    /// The first special token in `text`: where it begins, how it is spelled, its id.
    pub(super) fn first_in(&self, text: &str) -> Option<(usize, &str, u32)> {
        let found = self
            .texts
            .iter()
            .filter_map(|(special, id)| text.find(special.as_str()).map(|at| (at, special.as_str(), *id)));
        // Of those that begin at the same place, the first, which is the longest.
        found.min_by_key(|&(at, _, _)| at)
    }
}
