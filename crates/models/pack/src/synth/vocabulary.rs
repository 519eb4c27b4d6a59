//! A vocabulary of the true size whose ordinary tokens are made up.

use crate::error::{PackError, Result, ensure};
use crate::pair::container::{Key, Value};
use crate::pair::keys::key;

// `enum llama_token_type` in llama.h.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;
const UNUSED: i32 = 5;

/// Ordinary tokens of Qwen2: the bytes, and one token for each merge.
const N_ORDINARY: usize = 151_643;

/// Qwen2-VL's special tokens, from [`N_ORDINARY`] on.
const SPECIAL: [&str; 14] = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
];
const ENDOFTEXT: u32 = N_ORDINARY as u32;
const IM_END: u32 = ENDOFTEXT + 2;

const LETTERS: std::ops::RangeInclusive<char> = 'a'..='z';

/// `tokenizer.*` of the text file. As in Qwen2, a token is a byte or what a merge makes, in that order; the merges make
/// all words of two letters, then of three, then of four until there are enough. Ids below `n_vocab` without a token
/// become `[PADn]`, as in the converter.
pub(super) fn keys(n_vocab: usize) -> Result<Vec<Key>> {
    let n_used = N_ORDINARY + SPECIAL.len();
    ensure(n_vocab >= n_used, || PackError::Vocabulary { found: n_vocab, needed: n_used })?;
    let (mut tokens, merges) = ordinary();
    let mut kinds = vec![NORMAL; N_ORDINARY];
    tokens.extend(SPECIAL.map(str::to_owned));
    kinds.resize(n_used, CONTROL);
    tokens.extend((n_used..n_vocab).map(|id| format!("[PAD{id}]")));
    kinds.resize(n_vocab, UNUSED);
    Ok(vec![
        key("tokenizer.ggml.model", Value::String("gpt2".into())),
        key("tokenizer.ggml.pre", Value::String("qwen2".into())),
        key("tokenizer.ggml.tokens", Value::Strings(tokens)),
        key("tokenizer.ggml.token_type", Value::I32s(kinds)),
        key("tokenizer.ggml.eos_token_id", Value::U32(IM_END)),
        key("tokenizer.ggml.padding_token_id", Value::U32(ENDOFTEXT)),
        key("tokenizer.ggml.bos_token_id", Value::U32(ENDOFTEXT)),
        key("tokenizer.ggml.merges", Value::Strings(merges)),
        key("tokenizer.ggml.add_bos_token", Value::Bool(false)),
        key("tokenizer.ggml.add_eos_token", Value::Bool(false)),
    ])
}

/// Tokens by id, and the merges that make all but the first 256.
fn ordinary() -> (Vec<String>, Vec<String>) {
    let mut tokens: Vec<String> = byte_letters().map(String::from).collect();
    let mut merges = Vec::new();
    // Words of the previous length, from which longer ones are made.
    let mut shorter: Vec<String> = LETTERS.map(String::from).collect();
    while tokens.len() < N_ORDINARY {
        let longer = shorter.iter().flat_map(|word| LETTERS.map(move |letter| (word, letter)));
        let mut made = Vec::new();
        for (word, letter) in longer.take(N_ORDINARY - tokens.len()) {
            merges.push(format!("{word} {letter}"));
            made.push(format!("{word}{letter}"));
        }
        tokens.extend_from_slice(&made);
        shorter = made;
    }
    (tokens, merges)
}

/// The letters that stand for the 256 bytes in byte-level BPE, in Qwen2's order: those of printable bytes first, then
/// U+0100 and following for the rest.
fn byte_letters() -> impl Iterator<Item = char> {
    let printable = ('!'..='~').chain('\u{A1}'..='\u{AC}').chain('\u{AE}'..='\u{FF}');
    let n_printable = printable.clone().count() as u32;
    printable.chain((0..256 - n_printable).filter_map(|i| char::from_u32(0x100 + i)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_merges_are_as_many_as_qwen2s() {
        let (tokens, merges) = ordinary();
        assert_eq!((tokens.len(), merges.len()), (151_643, 151_387));
        assert_eq!(tokens.iter().collect::<std::collections::BTreeSet<_>>().len(), tokens.len());
        for (token, merge) in tokens[256..].iter().zip(&merges) {
            assert_eq!(*token, merge.replace(' ', ""));
        }
    }

    #[test]
    fn special_tokens_have_qwen2_vls_ids() {
        let id = |token| SPECIAL.iter().position(|special| *special == token).map(|i| i + N_ORDINARY);
        assert_eq!(id("<|im_end|>"), Some(151_645));
        assert_eq!(id("<|vision_start|>"), Some(151_652));
        assert_eq!(id("<|image_pad|>"), Some(151_655));
        assert!(keys(151_656).is_err());
    }
}
