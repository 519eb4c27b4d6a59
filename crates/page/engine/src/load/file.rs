//! One half of a pair, with its header read.

use model::config::Role;
use model::load::LoadError;
use model::tokenizer::Vocabulary;
use weights::{Gguf, HeaderReader};

use super::joined::{Joined, read};
use super::split::{OpenFile, gathered};
use crate::{ByteSource, EngineError};

pub(super) struct File<S> {
    pub(super) source: Joined<S>,
    pub(super) gguf: Gguf,
}

async fn open<S: ByteSource>(mut source: S) -> Result<OpenFile<S>, EngineError> {
    let mut reader = HeaderReader::new(source.n_bytes());
    loop {
        let bytes = read(&mut source, reader.want()).await?;
        let fed = reader.feed(&bytes);
        let header = |error| EngineError::Header { name: source.name().to_owned(), error };
        if let Some(gguf) = fed.map_err(header)? {
            return Ok(OpenFile { source, gguf });
        }
    }
}

impl<S: ByteSource> File<S> {
    /// The text file and the vision file among `sources`, which must be one of each; either may have come in parts.
    pub(super) async fn open_pair(sources: Vec<S>) -> Result<(Self, Self), EngineError> {
        let mut opened = Vec::new();
        for source in sources {
            opened.push(open(source).await?);
        }
        let (mut texts, mut visions) = (Vec::new(), Vec::new());
        for file in gathered(opened)? {
            match Role::of(&file.gguf).map_err(file.named(model_error))? {
                Role::Text => texts.push(file),
                Role::Vision => visions.push(file),
            }
        }
        let (n_texts, n_visions) = (texts.len(), visions.len());
        match (texts.pop(), visions.pop()) {
            (Some(text), Some(vision)) if texts.is_empty() && visions.is_empty() => Ok((text, vision)),
            _ => Err(EngineError::Pair { n_texts, n_visions }),
        }
    }

    /// Puts the file's name on an error.
    pub(super) fn named<E, W: FnOnce(String, E) -> EngineError>(
        &self,
        wrap: W,
    ) -> impl FnOnce(E) -> EngineError + use<S, E, W> {
        let name = self.source.name().to_owned();
        move |error| wrap(name, error)
    }

    /// The vocabulary, which may be shorter than the embedding table (that is padded to a round size) but not longer.
    pub(super) fn vocabulary(&self, n_rows: usize) -> Result<Vocabulary, EngineError> {
        let gguf = &self.gguf;
        let read = || -> Result<Vocabulary, weights::GgufError> {
            Ok(Vocabulary {
                tokens: gguf.strings("tokenizer.ggml.tokens")?,
                token_types: gguf.i32s("tokenizer.ggml.token_type")?,
                merges: gguf.strings("tokenizer.ggml.merges")?,
                eos: gguf.opt_u32("tokenizer.ggml.eos_token_id")?,
                pre: gguf.opt_str("tokenizer.ggml.pre")?.unwrap_or("qwen2").to_owned(),
            })
        };
        let vocabulary = read().map_err(self.named(|name, error| EngineError::Header { name, error }))?;
        match vocabulary.tokens.len() {
            n_tokens if n_tokens > n_rows => Err(EngineError::VocabularyLength { n_tokens, n_rows }),
            _ => Ok(vocabulary),
        }
    }
}

pub(super) fn model_error(name: String, error: impl Into<LoadError>) -> EngineError {
    match error.into() {
        LoadError::Model(error) => EngineError::Model { name, error },
        error => EngineError::Load { name, error },
    }
}
