use std::path::PathBuf;

/// Why a tokenizer cannot be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of a variant says what it means")]
pub enum TokenizerError {
    #[error("{} has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt", .folder.display())]
    Absent { folder: PathBuf },
    #[error("{file} has no {what}; expected a BPE")]
    NoBpe { file: &'static str, what: &'static str },
    #[error("{file}: token {token:?} has no number for an id")]
    NoId { file: &'static str, token: String },
    #[error("tokenizer.json: an added token has no id and content: {token}")]
    Added { token: String },
    #[error(
        "added_tokens_decoder has the entry {id:?}: {token}; expected a number, and an object with content"
    )]
    AddedById { id: String, token: String },
    #[error("a merge is {merge}; expected a string or two strings")]
    Merge { merge: String },
    #[error("the tokenizer has an id {largest}; config.json's vocab_size is {n_vocab}")]
    Beyond { largest: usize, n_vocab: usize },
}
