//! From the files of a GGUF pair to a model that can be asked.

use std::ops::Range;

use model::backend::Backend;
use model::config::{Role, VisionConfig};
use model::forward::text::TextModel;
use model::forward::vision::VisionModel;
use model::load::{LoadError, TextTensors, VisionTensors};
use model::plan::Plan;
use model::tokenizer::{Tokenizer, Vocabulary};
use protocol::{Event, JobId, ModelInfo, ModelPart};
use weights::{Gguf, HeaderReader, LoadPlan, TensorInfo};

use crate::settings::{LEAST_VISUAL_TOKENS, PIXELS_PER_TOKEN};
use crate::{ByteSource, EngineError, Host, SourceError};

/// Bytes of weights in the heap at a time, unless a single tensor is larger; also the grain of the progress bar.
const MAX_RANGE_BYTES: u64 = 4 << 20;

/// Visual tokens an image may become where the model's file does not say: the default bounds of the reference's image
/// processor (`min_pixels` 56 * 56, `max_pixels` 28 * 28 * 1280).
const DEFAULT_VISUAL_TOKENS: (u32, u32) = (4, 1280);

/// A model on its machine.
#[derive(Debug)]
pub struct LoadedModel<B: Backend> {
    /// The language model.
    pub text: TextModel<B>,
    /// The vision tower.
    pub vision: VisionModel<B>,
    /// Text to tokens and back.
    pub tokenizer: Tokenizer,
    /// What the page shows of it.
    pub info: ModelInfo,
}

struct File<S> {
    source: S,
    gguf: Gguf,
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

    fn named<E>(&self, wrap: impl FnOnce(String, E) -> EngineError) -> impl FnOnce(E) -> EngineError {
        let name = self.source.name().to_owned();
        move |error| wrap(name, error)
    }
}

/// Exactly the bytes that were asked for, or an error: a source that breaks its promise does no harm.
async fn read<S: ByteSource>(source: &mut S, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
    let bytes = source.read(range.clone()).await?;
    if bytes.len() as u64 == range.end - range.start {
        return Ok(bytes);
    }
    let message = format!("{} bytes came for {range:?}", bytes.len());
    Err(SourceError { name: source.name().to_owned(), message })
}

fn model_error(name: String, error: impl Into<LoadError>) -> EngineError {
    match error.into() {
        LoadError::Model(error) => EngineError::Model { name, error },
        error => EngineError::Load { name, error },
    }
}

/// A pair whose headers were read and judged: whatever they promise, it is a model that can be run.
pub(crate) struct JudgedPair<B: Backend, S> {
    text: TextTensors<B>,
    vision: VisionTensors<B>,
    tokenizer: Tokenizer,
    text_file: File<S>,
    vision_file: File<S>,
    started_secs: f64,
}

/// Loads the pair in `sources`, in any order: which file is which is read from their contents.
///
/// # Errors
/// When a file cannot be read, is malformed or of another model, or the machine fails.
pub async fn load_pair<B: Backend, H: Host, S: ByteSource>(
    backend: &mut B,
    host: &H,
    job: JobId,
    sources: Vec<S>,
) -> Result<LoadedModel<B>, EngineError> {
    JudgedPair::open(host, sources).await?.load(backend, host, job).await
}

impl<B: Backend, S: ByteSource> JudgedPair<B, S> {
    /// Reads both headers, and no weight.
    pub(crate) async fn open<H: Host>(host: &H, sources: Vec<S>) -> Result<Self, EngineError> {
        let started_secs = host.now_secs();
        let (text_file, vision_file) = open_pair(sources).await?;
        let text = TextTensors::<B>::new(&text_file.gguf).map_err(text_file.named(model_error))?;
        let vision = VisionTensors::<B>::new(&vision_file.gguf, text.config())
            .map_err(vision_file.named(model_error))?;
        TextTensors::<Plan>::planned(&text_file.gguf).map_err(text_file.named(model_error))?;
        VisionTensors::<Plan>::planned(&vision_file.gguf, text.config())
            .map_err(vision_file.named(model_error))?;
        let tokenizer = Tokenizer::new(vocabulary(&text_file, text.config().n_vocab)?)?;
        Ok(Self { text, vision, tokenizer, text_file, vision_file, started_secs })
    }

    /// Streams all weights to the machine.
    pub(crate) async fn load<H: Host>(
        self,
        backend: &mut B,
        host: &H,
        job: JobId,
    ) -> Result<LoadedModel<B>, EngineError> {
        let Self { mut text, mut vision, tokenizer, text_file, vision_file, started_secs } = self;
        let files = [&text_file, &vision_file];
        let n_parameters = files.iter().map(|f| f.gguf.n_parameters()).sum();
        let n_bytes = files.iter().map(|f| f.source.n_bytes()).sum();
        let quantisation = text_file.gguf.quantisation();
        // Both totals are told before the first byte, so that progress has a whole to be measured against.
        for (part, file) in [(ModelPart::Text, &text_file), (ModelPart::Vision, &vision_file)] {
            host.emit(Event::Loading { job, part, bytes_done: 0, bytes_total: file.source.n_bytes() }, None);
        }
        let (text_name, vision_name) =
            (text_file.source.name().to_owned(), vision_file.source.name().to_owned());
        stream(host, job, ModelPart::Text, text_file, |info, bytes| text.insert(backend, info, bytes))
            .await?;
        let text = text.finish(backend).map_err(|error| EngineError::Load { name: text_name, error })?;
        stream(host, job, ModelPart::Vision, vision_file, |info, bytes| vision.insert(backend, info, bytes))
            .await?;
        let vision =
            vision.finish(backend).map_err(|error| EngineError::Load { name: vision_name, error })?;

        let (min_visual_tokens, max_visual_tokens) = visual_tokens(&vision.config);
        let info = ModelInfo {
            name: text.config.name.clone(),
            quantisation,
            backend: backend.name().to_owned(),
            n_parameters,
            n_bytes,
            min_visual_tokens,
            max_visual_tokens,
            load_secs: host.now_secs() - started_secs,
        };
        Ok(LoadedModel { text, vision, tokenizer, info })
    }
}

async fn open_pair<S: ByteSource>(sources: Vec<S>) -> Result<(File<S>, File<S>), EngineError> {
    let (mut texts, mut visions) = (Vec::new(), Vec::new());
    for source in sources {
        let file = File::open(source).await?;
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

/// Streams the tensors of a file, range by range.
async fn stream<H: Host, S: ByteSource>(
    host: &H,
    job: JobId,
    part: ModelPart,
    mut file: File<S>,
    mut insert: impl FnMut(&TensorInfo, &[u8]) -> Result<(), LoadError>,
) -> Result<(), EngineError> {
    let plan = LoadPlan::new(&file.gguf, MAX_RANGE_BYTES, |_| true);
    let bytes_total = file.source.n_bytes();
    for step in plan.steps() {
        let bytes = read(&mut file.source, step.range.clone()).await?;
        for info in &step.tensors {
            let within = |offset: u64| (offset - step.range.start) as usize;
            let tensor_bytes = &bytes[within(info.range.start)..within(info.range.end)];
            insert(info, tensor_bytes)
                .map_err(file.named(|name, error| EngineError::Load { name, error }))?;
        }
        host.emit(Event::Loading { job, part, bytes_done: step.range.end, bytes_total }, None);
        host.breathe().await;
    }
    Ok(())
}

/// The vocabulary, which may be shorter than the embedding table (that is padded to a round size) but not longer.
fn vocabulary<S: ByteSource>(file: &File<S>, n_rows: usize) -> Result<Vocabulary, EngineError> {
    let gguf = &file.gguf;
    let read = || -> Result<Vocabulary, weights::GgufError> {
        Ok(Vocabulary {
            tokens: gguf.strings("tokenizer.ggml.tokens")?,
            token_types: gguf.i32s("tokenizer.ggml.token_type")?,
            merges: gguf.strings("tokenizer.ggml.merges")?,
            eos: gguf.opt_u32("tokenizer.ggml.eos_token_id")?,
            pre: gguf.opt_str("tokenizer.ggml.pre")?.unwrap_or("qwen2").to_owned(),
        })
    };
    let vocabulary = read().map_err(file.named(|name, error| EngineError::Header { name, error }))?;
    match vocabulary.tokens.len() {
        n_tokens if n_tokens > n_rows => Err(EngineError::VocabularyLength { n_tokens, n_rows }),
        _ => Ok(vocabulary),
    }
}

/// What the file recommends, within what can be asked for.
fn visual_tokens(vision: &VisionConfig) -> (u32, u32) {
    let Some(bounds) = vision.pixel_bounds else { return DEFAULT_VISUAL_TOKENS };
    let most = (bounds.max_pixels / PIXELS_PER_TOKEN).max(LEAST_VISUAL_TOKENS);
    (bounds.min_pixels.div_ceil(PIXELS_PER_TOKEN).clamp(LEAST_VISUAL_TOKENS, most), most)
}
