//! One file of a pair, with its header read.

use std::ops::Range;

use model::config::Role;
use model::load::LoadError;
use model::tokenizer::Vocabulary;
use weights::{Gguf, HeaderReader};

use crate::{ByteSource, EngineError, SourceError};

pub(super) struct File<S> {
    pub(super) source: S,
    pub(super) gguf: Gguf,
}

impl<S: ByteSource> File<S> {
    async fn open(mut source: S) -> Result<Self, EngineError> {
        let mut reader = HeaderReader::new(source.n_bytes());
        loop {
            let bytes = read(&mut source, reader.want()).await?;
            let fed = reader.feed(&bytes);
            let header = |error| EngineError::Header { name: source.name().to_owned(), error };
            if let Some(gguf) = fed.map_err(header)? {
                return Ok(Self { source, gguf });
            }
        }
    }

    /// The text file and the vision file among `sources`, which must be one of each.
    pub(super) async fn open_pair(sources: Vec<S>) -> Result<(Self, Self), EngineError> {
        let (mut texts, mut visions) = (Vec::new(), Vec::new());
        for source in sources {
            let file = Self::open(source).await?;
            match Role::of(&file.gguf).map_err(file.named(model_error))? {
                Role::Text => texts.push(file),
                Role::Vision => visions.push(file),
            }
        }
        let found = format!("found {} text and {} vision files", texts.len(), visions.len());
        match (texts.pop(), visions.pop()) {
            (Some(text), Some(vision)) if texts.is_empty() && visions.is_empty() => Ok((text, vision)),
            _ => Err(EngineError::Pair { found }),
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

/// Exactly the bytes that were asked for, or an error: a source that breaks its promise does no harm.
pub(super) async fn read<S: ByteSource>(source: &mut S, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
    let bytes = source.read(range.clone()).await?;
    if bytes.len() as u64 == range.end - range.start {
        return Ok(bytes);
    }
    let message = format!("{} bytes came for {range:?}", bytes.len());
    Err(SourceError { name: source.name().to_owned(), message })
}

pub(super) fn model_error(name: String, error: impl Into<LoadError>) -> EngineError {
    match error.into() {
        LoadError::Model(error) => EngineError::Model { name, error },
        error => EngineError::Load { name, error },
    }
}
