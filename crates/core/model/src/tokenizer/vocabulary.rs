use tokenizers::models::bpe::{BPE, Vocab};

use super::TokenizerError;
use super::alphabet::byte_chars;

/// What a GGUF file says about its tokens (`tokenizer.ggml.*`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// By id, in the byte-level alphabet: a space is `Ġ`.
    pub tokens: Vec<String>,
    /// One per token: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte.
    pub token_types: Vec<i32>,
    /// Two tokens with a space between, best first.
    pub merges: Vec<String>,
    /// The token that ends an answer.
    pub eos: Option<u32>,
    /// How text is split before merging: `qwen2`.
    pub pre: String,
}

const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;

impl Vocabulary {
    /// Checks lengths, the splitter's name and the end token.
    pub(super) fn check(&self) -> Result<(), TokenizerError> {
        let n_tokens = self.tokens.len();
        if n_tokens == 0 {
            return Err(TokenizerError::Empty);
        }
        if self.token_types.len() != n_tokens {
            return Err(TokenizerError::TypesLength { n_tokens, n_types: self.token_types.len() });
        }
        if self.pre != "qwen2" {
            return Err(TokenizerError::Pre { found: self.pre.clone() });
        }
        match self.eos {
            Some(eos) if eos as usize >= n_tokens => Err(TokenizerError::EosOutOfRange { eos, n_tokens }),
            _ => Ok(()),
        }
    }

    /// (id, text, type) of every token.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &str, i32)> {
        let tokens = self.tokens.iter().zip(&self.token_types).enumerate();
        tokens.map(|(id, (text, &kind))| (id as u32, text.as_str(), kind))
    }

    /// Ids below this one mean something; the rest pads the vocabulary. Converters call such tokens `[PAD<id>]` and
    /// mark them unused, older ones user defined.
    pub(super) fn n_allowed(&self) -> usize {
        let is_padding =
            |(id, text, kind): &(u32, &str, i32)| *kind == UNUSED || *text == format!("[PAD{id}]");
        self.tokens.len() - self.iter().rev().take_while(is_padding).count()
    }

    /// The merging model over the ordinary tokens.
    pub(super) fn into_bpe(self) -> Result<BPE, TokenizerError> {
        let mut vocab = Vocab::with_capacity(self.tokens.len());
        for (id, (token, kind)) in self.tokens.into_iter().zip(self.token_types).enumerate() {
            if is_special(kind) || kind == UNUSED {
                continue;
            }
            if let Some(&first) = vocab.get(&token) {
                return Err(TokenizerError::Duplicate { token, first, second: id as u32 });
            }
            vocab.insert(token, id as u32);
        }
        for (byte, char) in byte_chars().into_iter().enumerate() {
            if !vocab.contains_key(char.encode_utf8(&mut [0; 4]) as &str) {
                return Err(TokenizerError::MissingByte { byte: byte as u8 });
            }
        }
        let merges = parse_merges(self.merges, &vocab)?;
        BPE::builder()
            .vocab_and_merges(vocab, merges)
            .build()
            .map_err(|error| TokenizerError::Build { reason: error.to_string() })
    }
}

/// Special tokens stand for themselves: nothing is merged into them, and text never becomes one.
pub(super) fn is_special(kind: i32) -> bool {
    matches!(kind, CONTROL | USER_DEFINED)
}

/// Splits the merges and checks that their tokens exist. The library would index past its buffer for a merge that is
/// longer than every token.
fn parse_merges(merges: Vec<String>, vocab: &Vocab) -> Result<Vec<(String, String)>, TokenizerError> {
    let mut merged = String::new();
    let mut pairs = Vec::with_capacity(merges.len());
    for (rank, merge) in merges.into_iter().enumerate() {
        let Some((left, right)) = merge.split_once(' ').filter(|(_, right)| !right.contains(' ')) else {
            return Err(TokenizerError::BadMerge { rank, merge });
        };
        merged.clear();
        merged.push_str(left);
        merged.push_str(right);
        let unknown = [left, right, &merged].into_iter().find(|token| !vocab.contains_key(*token));
        if let Some(token) = unknown {
            let token = token.to_owned();
            return Err(TokenizerError::UnknownInMerge { rank, merge, token });
        }
        pairs.push((left.to_owned(), right.to_owned()));
    }
    Ok(pairs)
}
