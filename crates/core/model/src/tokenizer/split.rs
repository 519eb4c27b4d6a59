use tokenizers::TokenizerImpl;
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::NFC;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;

use super::TokenizerError;

/// Normaliser, splitter and model. The post-processor and the decoder that the type names are not used.
pub(super) type Pipeline = TokenizerImpl<BPE, NFC, Sequence, ByteLevel, ByteLevel>;

/// Where Qwen2 cuts text before merging: English contractions, words with one leading mark, single digits, marks,
/// line breaks, blanks (of a run of blanks the last goes with the next word: the lookahead).
const QWEN2: &str = concat!(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    r"|[^\r\n\p{L}\p{N}]?\p{L}+",
    r"|\p{N}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"|\s*[\r\n]+",
    r"|\s+(?!\S)",
    r"|\s+",
);

/// NFC, Qwen2's cuts, bytes as characters, merges.
pub(super) fn pipeline(bpe: BPE) -> Result<Pipeline, TokenizerError> {
    let build = |error: tokenizers::Error| TokenizerError::Build { reason: error.to_string() };
    let pattern = SplitPattern::Regex(QWEN2.to_owned());
    let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(build)?;
    let bytes = ByteLevel::new(false, false, false);
    let mut pipeline = Pipeline::new(bpe);
    pipeline.with_normalizer(Some(NFC)).map_err(build)?;
    pipeline.with_pre_tokenizer(Some(Sequence::new(vec![split.into(), bytes.into()])));
    Ok(pipeline)
}
