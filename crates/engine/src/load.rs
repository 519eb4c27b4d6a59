//! From the files of a GGUF pair to a model that can be asked.

use model::backend::Backend;
use model::config::{Role, VisionConfig};
use model::forward::text::TextModel;
use model::forward::vision::VisionModel;
use model::load::{LoadError, TextTensors, VisionTensors};
use model::tokenizer::{Tokenizer, Vocabulary};
use protocol::{Event, JobId, ModelInfo, ModelPart};
use weights::{Gguf, HeaderReader, LoadPlan, TensorInfo};

use crate::{ByteSource, EngineError, Host};

/// Bytes of weights in the heap at a time, unless a single tensor is larger; also the grain of the progress bar.
const MAX_RANGE_BYTES: u64 = 4 << 20;

/// Visual tokens an image may become where the model's file does not say: the default bounds of the reference's image
/// processor (`min_pixels` 56 * 56, `max_pixels` 28 * 28 * 1280).
const DEFAULT_VISUAL_TOKENS: (u32, u32) = (4, 1280);

/// Pixels of the resized image behind one visual token.
pub(crate) const PIXELS_PER_TOKEN: u32 = 28 * 28;

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
            let bytes = source.read(reader.want()).await?;
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

fn model_error(name: String, error: impl Into<LoadError>) -> EngineError {
    match error.into() {
        LoadError::Model(error) => EngineError::Model { name, error },
        error => EngineError::Load { name, error },
    }
}

/// Loads the pair in `sources`, in any order: which file is which is read from their contents. Both headers are read
/// and judged before any weight is.
pub async fn load_pair<B: Backend, H: Host, S: ByteSource>(
    backend: &mut B,
    host: &H,
    job: JobId,
    sources: Vec<S>,
) -> Result<LoadedModel<B>, EngineError> {
    let started_secs = host.now_secs();
    let (text_file, vision_file) = open_pair(sources).await?;
    let mut text = TextTensors::<B>::new(&text_file.gguf).map_err(text_file.named(model_error))?;
    let mut vision =
        VisionTensors::<B>::new(&vision_file.gguf, text.config()).map_err(vision_file.named(model_error))?;
    let tokenizer = Tokenizer::new(vocabulary(&text_file)?)?;
    let files = [&text_file, &vision_file];
    let n_parameters = files.iter().map(|f| f.gguf.n_parameters()).sum();
    let n_bytes = files.iter().map(|f| f.source.n_bytes()).sum();
    let quantisation = text_file.gguf.quantisation();

    let text_name = text_file.source.name().to_owned();
    let vision_name = vision_file.source.name().to_owned();
    stream(host, job, ModelPart::Text, text_file, |info, bytes| text.insert(backend, info, bytes)).await?;
    let text = text.finish(backend).map_err(|error| EngineError::Load { name: text_name, error })?;
    stream(host, job, ModelPart::Vision, vision_file, |info, bytes| vision.insert(backend, info, bytes)).await?;
    let vision = vision.finish(backend).map_err(|error| EngineError::Load { name: vision_name, error })?;

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
        let bytes = file.source.read(step.range.clone()).await?;
        for info in &step.tensors {
            let within = |offset: u64| (offset - step.range.start) as usize;
            let tensor_bytes = &bytes[within(info.range.start)..within(info.range.end)];
            insert(info, tensor_bytes).map_err(file.named(|name, error| EngineError::Load { name, error }))?;
        }
        host.emit(Event::Loading { job, part, bytes_done: step.range.end, bytes_total }, None);
        host.breathe().await;
    }
    Ok(())
}

fn vocabulary<S: ByteSource>(file: &File<S>) -> Result<Vocabulary, EngineError> {
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
    read().map_err(file.named(|name, error| EngineError::Header { name, error }))
}

fn visual_tokens(vision: &VisionConfig) -> (u32, u32) {
    let Some(bounds) = vision.pixel_bounds else { return DEFAULT_VISUAL_TOKENS };
    (bounds.min_pixels.div_ceil(PIXELS_PER_TOKEN), bounds.max_pixels / PIXELS_PER_TOKEN)
}
