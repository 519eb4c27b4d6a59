//! The chat template of Qwen2-VL: turns to token ids, with room for the images.

use imaging::Grid;

use crate::positions::ImageSpan;
use crate::tokenizer::{Tokenizer, TokenizerError};

/// The system prompt.
pub const SYSTEM: &str = "You are a helpful assistant.";

/// An image's place in a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptImage {
    /// The caller's number for these pixels: two prompts with the same key have the same image.
    pub key: u64,
    /// Its size in patches.
    pub grid: Grid,
}

/// A token sequence that ends where the model's answer begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Image tokens included, one for each visual token.
    pub ids: Vec<u32>,
    /// The place of each image, in order.
    pub images: Vec<(ImageSpan, u64)>,
}

impl Prompt {
    /// The default system turn.
    pub fn new(tokenizer: &Tokenizer) -> Result<Self, TokenizerError> {
        let mut prompt = Self::default();
        prompt.turn(tokenizer, |p| p.text(tokenizer, &format!("system\n{SYSTEM}")))?;
        Ok(prompt)
    }

    /// A user turn, its images before its text, and the opening of the answer. Text that spells a special token
    /// stays ordinary text.
    pub fn ask(
        &mut self,
        tokenizer: &Tokenizer,
        images: &[PromptImage],
        text: &str,
    ) -> Result<(), TokenizerError> {
        let special = tokenizer.special();
        self.turn(tokenizer, |p| {
            if images.is_empty() {
                // One piece: a question that begins with a line break joins the template's own.
                return p.text(tokenizer, &format!("user\n{text}"));
            }
            p.text(tokenizer, "user\n")?;
            for image in images {
                p.ids.push(special.vision_start);
                p.images.push((ImageSpan { at: p.ids.len(), grid: image.grid }, image.key));
                p.ids.extend(std::iter::repeat_n(special.image_pad, image.grid.n_visual_tokens()));
                p.ids.push(special.vision_end);
            }
            p.text(tokenizer, text)
        })?;
        self.ids.push(special.im_start);
        self.text(tokenizer, "assistant\n")
    }

    /// What the model answered, as it was sampled and without a stop token, and the end of its turn.
    pub fn answered(&mut self, tokenizer: &Tokenizer, answer: &[u32]) -> Result<(), TokenizerError> {
        self.ids.extend_from_slice(answer);
        self.end_turn(tokenizer)
    }

    /// The spans of the images.
    pub fn spans(&self) -> Vec<ImageSpan> {
        self.images.iter().map(|(span, _)| *span).collect()
    }

    fn turn(
        &mut self,
        tokenizer: &Tokenizer,
        content: impl FnOnce(&mut Self) -> Result<(), TokenizerError>,
    ) -> Result<(), TokenizerError> {
        self.ids.push(tokenizer.special().im_start);
        content(self)?;
        self.end_turn(tokenizer)
    }

    fn end_turn(&mut self, tokenizer: &Tokenizer) -> Result<(), TokenizerError> {
        self.ids.push(tokenizer.special().im_end);
        self.text(tokenizer, "\n")
    }

    fn text(&mut self, tokenizer: &Tokenizer, text: &str) -> Result<(), TokenizerError> {
        self.ids.extend(tokenizer.encode(text)?);
        Ok(())
    }
}
