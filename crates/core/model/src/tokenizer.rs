//! Text to token ids and back: Qwen2's byte-level BPE, built from what a GGUF file carries.
//!
//! Text that a person typed never becomes a special token: [`Tokenizer::encode`] does not know them. The prompt's builder
//! inserts their ids itself ([`Tokenizer::special`]).

mod alphabet;
mod bytes;
mod error;
mod special;
mod split;
mod stream;
mod vocabulary;

pub use error::TokenizerError;
pub use special::SpecialTokens;
pub use stream::DecodeStream;
pub use vocabulary::Vocabulary;

use bytes::TokenBytes;
use special::SpecialTexts;
use split::Pipeline;

/// Qwen2's tokenizer.
pub struct Tokenizer {
    pipeline: Pipeline,
    bytes: TokenBytes,
    special_texts: SpecialTexts,
    special: SpecialTokens,
    stop_tokens: Vec<u32>,
    n_allowed: usize,
}

impl Tokenizer {
    /// Builds the tokenizer of a vocabulary.
    ///
    /// # Errors
    /// When this is not a byte-level BPE vocabulary of Qwen2: parts are missing or differ in length, a merge names a
    /// token that does not exist, or a special token of the chat template is missing.
    pub fn new(vocabulary: Vocabulary) -> Result<Self, TokenizerError> {
        vocabulary.check()?;
        let special_texts = SpecialTexts::new(&vocabulary);
        let special = SpecialTokens::find(&special_texts)?;
        let bytes = TokenBytes::new(&vocabulary);
        let n_allowed = vocabulary.n_allowed();
        let mut stop_tokens = Vec::new();
        // A GGUF file names one end token; the model was trained to end with either of two.
        for id in vocabulary.eos.into_iter().chain([special.im_end]).chain(special.endoftext) {
            if !stop_tokens.contains(&id) {
                stop_tokens.push(id);
            }
        }
        let pipeline = split::pipeline(vocabulary.into_bpe()?)?;
        Ok(Self { pipeline, bytes, special_texts, special, stop_tokens, n_allowed })
    }

    /// The ids of plain text. `<|im_end|>` in it is ten characters, not a token.
    ///
    /// # Errors
    /// When the tokenizers library fails, which no text is known to cause.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let encoding = self
            .pipeline
            .encode_fast(text, false)
            .map_err(|error| TokenizerError::Encode { reason: error.to_string() })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The ids of text in which special tokens are spelled out: a rendered chat template, never a person's words.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_with_specials(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = Vec::new();
        let mut rest = text;
        while let Some((at, special, id)) = self.special_texts.first_in(rest) {
            ids.extend(self.encode(&rest[..at])?);
            ids.push(id);
            rest = &rest[at + special.len()..];
        }
        ids.extend(self.encode(rest)?);
        Ok(ids)
    }

    /// The tokens of the chat template.
    pub fn special(&self) -> &SpecialTokens {
        &self.special
    }

    /// An answer ends at any of these.
    pub fn stop_tokens(&self) -> &[u32] {
        &self.stop_tokens
    }

    /// Ids from this one on pad the matrices to a round size; they must not be sampled.
    pub fn n_allowed(&self) -> usize {
        self.n_allowed
    }

    /// The text of ids, special tokens spelled out. Bytes that form no character, and ids outside the vocabulary,
    /// become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut stream = self.stream();
        let mut text: String = ids.iter().map(|&id| stream.push(id)).collect();
        text.push_str(&stream.finish());
        text
    }

    /// Decodes ids as they come.
    pub fn stream(&self) -> DecodeStream<'_> {
        DecodeStream::new(&self.bytes)
    }
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tokenizer").field("n_allowed", &self.n_allowed).finish_non_exhaustive()
    }
}
