//! From the files of a GGUF pair to a model that can be asked.

mod arrivals;
mod file;
mod stream;

use model::backend::Backend;
use model::config::VisionConfig;
use model::forward::text::TextModel;
use model::forward::vision::VisionModel;
use model::load::{TextTensors, VisionTensors};
use model::plan::Plan;
use model::tokenizer::Tokenizer;
use protocol::{JobId, ModelInfo, ModelPart};

use self::arrivals::Arrivals;
pub(crate) use self::arrivals::Telling;
use self::file::{File, model_error};
use self::stream::stream;
use crate::settings::{LEAST_VISUAL_TOKENS, PIXELS_PER_TOKEN};
use crate::{ByteSource, EngineError, Host, Work};

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
    /// What a typical question costs it.
    pub work: Work,
}

/// A pair whose headers were read and judged: whatever they promise, it is a model that can be run.
pub(crate) struct JudgedPair<B: Backend, S> {
    text: TextTensors<B>,
    vision: VisionTensors<B>,
    tokenizer: Tokenizer,
    work: Work,
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
    JudgedPair::open(host, sources).await?.load(backend, host, job, Telling::Loading).await
}

impl<B: Backend, S: ByteSource> JudgedPair<B, S> {
    /// Reads both headers, and no weight.
    pub(crate) async fn open<H: Host>(host: &H, sources: Vec<S>) -> Result<Self, EngineError> {
        let started_secs = host.now_secs();
        let (text_file, vision_file) = File::open_pair(sources).await?;
        let text = TextTensors::<B>::new(&text_file.gguf).map_err(text_file.named(model_error))?;
        let vision = VisionTensors::<B>::new(&vision_file.gguf, text.config())
            .map_err(vision_file.named(model_error))?;
        let planned_text =
            TextTensors::<Plan>::planned(&text_file.gguf).map_err(text_file.named(model_error))?;
        let planned_vision = VisionTensors::<Plan>::planned(&vision_file.gguf, text.config())
            .map_err(vision_file.named(model_error))?;
        let (_, max_visual_tokens) = visual_tokens(&planned_vision.config);
        let work = Work::of(&planned_text, &planned_vision, max_visual_tokens)?;
        let tokenizer = Tokenizer::new(text_file.vocabulary(text.config().n_vocab)?)?;
        Ok(Self { text, vision, tokenizer, work, text_file, vision_file, started_secs })
    }

    /// Streams all weights to the machine.
    pub(crate) async fn load<H: Host>(
        self,
        backend: &mut B,
        host: &H,
        job: JobId,
        telling: Telling,
    ) -> Result<LoadedModel<B>, EngineError> {
        let Self { mut text, mut vision, tokenizer, work, text_file, vision_file, started_secs } = self;
        let files = [&text_file, &vision_file];
        let n_parameters = files.iter().map(|f| f.gguf.n_parameters()).sum();
        let n_bytes = files.map(|f| f.source.n_bytes());
        let quantisation = text_file.gguf.quantisation();
        let load_error = |name, error| EngineError::Load { name, error };
        let (text_named, vision_named) = (text_file.named(load_error), vision_file.named(load_error));

        let mut arrivals = Arrivals::begin(host, job, telling, n_bytes);
        stream(backend, &mut arrivals, ModelPart::Text, text_file, &mut text).await?;
        let text = text.finish(backend).map_err(text_named)?;
        stream(backend, &mut arrivals, ModelPart::Vision, vision_file, &mut vision).await?;
        let vision = vision.finish(backend).map_err(vision_named)?;
        backend.settle().await?;

        let (min_visual_tokens, max_visual_tokens) = visual_tokens(&vision.config);
        let info = ModelInfo {
            name: text.config.name.clone(),
            quantisation,
            backend: backend.description(),
            n_parameters,
            n_bytes: n_bytes.iter().sum(),
            min_visual_tokens,
            max_visual_tokens,
            load_secs: host.now_secs() - started_secs,
            heap_bytes: host.heap_bytes(),
        };
        Ok(LoadedModel { text, vision, tokenizer, info, work })
    }
}

/// What the file recommends, within what can be asked for.
fn visual_tokens(vision: &VisionConfig) -> (u32, u32) {
    let Some(bounds) = vision.pixel_bounds else { return DEFAULT_VISUAL_TOKENS };
    let most = (bounds.max_pixels / PIXELS_PER_TOKEN).max(LEAST_VISUAL_TOKENS);
    (bounds.min_pixels.div_ceil(PIXELS_PER_TOKEN).clamp(LEAST_VISUAL_TOKENS, most), most)
}
