use thiserror::Error;

/// Why a vocabulary is refused, or (the last) why text could not be encoded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenizerError {
    /// No token.
    #[error("the model's vocabulary is empty; expected tokenizer.ggml.tokens to hold the tokens of Qwen2")]
    Empty,
    /// One type per token.
    #[error("the model has {n_tokens} tokens but {n_types} token types; expected one type for every token")]
    TypesLength {
        /// Entries of `tokenizer.ggml.tokens`.
        n_tokens: usize,
        /// Entries of `tokenizer.ggml.token_type`.
        n_types: usize,
    },
    /// Another way to split text than Qwen2's.
    #[error("the model splits text as {found:?} (tokenizer.ggml.pre); expected \"qwen2\"")]
    Pre {
        /// What the file says.
        found: String,
    },
    /// The same text twice.
    #[error("tokens {first} and {second} of the vocabulary are both {token:?}; expected every token once")]
    Duplicate {
        /// As in the file.
        token: String,
        /// Id.
        first: u32,
        /// Id.
        second: u32,
    },
    /// Byte-level BPE starts from single bytes: without one of them some text has no ids.
    #[error(
        "the vocabulary has no token for the byte {byte:#04X}; expected one token for each of the 256 bytes"
    )]
    MissingByte {
        /// The byte.
        byte: u8,
    },
    /// A merge is two tokens with a space between.
    #[error("merge {rank} is {merge:?}; expected two tokens with one space between them")]
    BadMerge {
        /// Place in `tokenizer.ggml.merges`, from 0.
        rank: usize,
        /// As in the file.
        merge: String,
    },
    /// A merge of, or into, something that is not a token.
    #[error("merge {rank} ({merge:?}) needs the token {token:?}, which the vocabulary does not have")]
    UnknownInMerge {
        /// Place in `tokenizer.ggml.merges`, from 0.
        rank: usize,
        /// As in the file.
        merge: String,
        /// The missing token.
        token: String,
    },
    /// The chat template of Qwen2-VL cannot be written without it.
    #[error(
        "the vocabulary has no special token {token:?} (token type 3 or 4), which questions about images need; \
         open the text model of a Qwen2-VL pair"
    )]
    MissingSpecial {
        /// Its text.
        token: &'static str,
    },
    /// The end token is not in the vocabulary.
    #[error("the model ends an answer with token {eos}, but its vocabulary has {n_tokens} tokens")]
    EosOutOfRange {
        /// `tokenizer.ggml.eos_token_id`.
        eos: u32,
        /// Entries of `tokenizer.ggml.tokens`.
        n_tokens: usize,
    },
    /// The tokenizers library refused a vocabulary that passed the checks above.
    #[error("the tokenizer could not be built: {reason}")]
    Build {
        /// The library's words.
        reason: String,
    },
    /// Not known to happen.
    #[error("the text could not be split into tokens: {reason}")]
    Encode {
        /// The library's words.
        reason: String,
    },
}
