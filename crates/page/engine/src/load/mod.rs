//! From the files of a GGUF pair to a model that can be asked: first its text part, which answers questions without an
//! image, then its vision tower.

mod arrivals;
mod file;
mod joined;
mod split;
mod stream;
mod tower;

use model::backend::Backend;
use model::config::VisionConfig;
use model::forward::text::TextModel;
use model::forward::vision::VisionModel;
use model::load::{TextTensors, VisionTensors};
use model::plan::Plan;
use model::tokenizer::Tokenizer;
use protocol::{JobId, ModelInfo, ModelPart};

pub(crate) use self::arrivals::{Arrivals, Telling};
use self::file::{File, model_error};
use self::stream::Stream;
pub(crate) use self::tower::Tower;
use crate::settings::{LEAST_VISUAL_TOKENS, PIXELS_PER_TOKEN};
use crate::{ByteSource, EngineError, Host, Work};

/// Visual tokens an image may become where the model's file does not say: the default bounds of the reference's image
/// processor (`min_pixels` 56 * 56, `max_pixels` 28 * 28 * 1280).
const DEFAULT_VISUAL_TOKENS: (u32, u32) = (4, 1280);

/// A whole model on its machine.
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

/// What of a model answers a question without an image.
#[derive(Debug)]
pub(crate) struct TextPart<B: Backend> {
    /// The language model.
    pub(crate) text: TextModel<B>,
    /// Text to tokens and back.
    pub(crate) tokenizer: Tokenizer,
    /// What the page shows of the model. `load_secs` is the time until this part could answer.
    pub(crate) info: ModelInfo,
    /// What a typical question costs the model, its tower included.
    pub(crate) work: Work,
    /// When it was begun to be loaded, on the host's clock.
    pub(crate) started_secs: f64,
}

/// A pair whose headers were read and judged: whatever they promise, it is a model that can be run. Of the headers only what
/// is still to be read is kept; both files stay open.
pub(crate) struct JudgedPair<B: Backend, S> {
    text: Stream<B, S, TextTensors<B>>,
    vision: Stream<B, S, VisionTensors<B>>,
    tokenizer: Tokenizer,
    work: Work,
    /// Without the machine, and without what is known only at the end.
    info: ModelInfo,
    started_secs: f64,
}

/// Loads the pair in `sources`, in any order and either half in one file or in parts: which is which is read from their
/// contents. Both halves are on the machine at the end.
///
/// # Errors
/// When a file cannot be read, is malformed or of another model, or the machine fails.
pub async fn load_pair<B: Backend, H: Host, S: ByteSource>(
    backend: &mut B,
    host: &H,
    job: JobId,
    sources: Vec<S>,
) -> Result<LoadedModel<B>, EngineError> {
    let pair = JudgedPair::open(host, sources).await?;
    let JudgedPair { text, mut vision, tokenizer, work, info, started_secs } = pair;
    let (of_text, of_vision) = (Telling::Loading(ModelPart::Text), Telling::Loading(ModelPart::Vision));
    let text_arrivals = Arrivals::new(host, job, of_text, text.n_bytes());
    let arrivals = Arrivals::new(host, job, of_vision, vision.n_bytes());
    text_arrivals.tell(0);
    arrivals.tell(0);
    let text = load_text(text, backend, &text_arrivals).await?;
    while !vision.is_all() {
        vision.step(backend).await?;
        arrivals.note(vision.n_done()).await?;
    }
    let vision = tower::built(vision, backend).await?;
    let info = ended(info, backend, host, started_secs);
    Ok(LoadedModel { text, vision, tokenizer, info, work })
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
        let (min_visual_tokens, max_visual_tokens) = visual_tokens(&planned_vision.config);
        let work = Work::of(&planned_text, &planned_vision, max_visual_tokens)?;
        let tokenizer = Tokenizer::new(text_file.vocabulary(text.config().n_vocab)?)?;
        let info = ModelInfo {
            name: text.config().name.clone(),
            quantisation: text_file.gguf.quantisation(),
            backend: String::new(),
            n_parameters: text_file.gguf.n_parameters() + vision_file.gguf.n_parameters(),
            n_bytes: text_file.source.n_bytes() + vision_file.source.n_bytes(),
            min_visual_tokens,
            max_visual_tokens,
            load_secs: 0.0,
            heap_bytes: None,
        };
        let (text, vision) = (Stream::new(text_file, text), Stream::new(vision_file, vision));
        Ok(Self { text, vision, tokenizer, work, info, started_secs })
    }

    /// Streams the text part to the machine, with what is to be told of it. The tower is on its way then, and nothing of it has
    /// come.
    pub(crate) async fn load_text<H: Host>(
        self,
        backend: &mut B,
        host: &H,
        job: JobId,
        telling: Telling,
    ) -> Result<(TextPart<B>, Tower<B, S>), EngineError> {
        let Self { text, vision, tokenizer, work, info, started_secs } = self;
        let arrivals = Arrivals::new(host, job, telling, text.n_bytes());
        // Totals are reported before the first byte, so that progress can be shown as a share.
        arrivals.tell(0);
        if let Telling::Loading(_) = telling {
            Arrivals::new(host, job, Telling::Loading(ModelPart::Vision), vision.n_bytes()).tell(0);
        }
        let text = load_text(text, backend, &arrivals).await?;
        let info = ended(info, backend, host, started_secs);
        let text = TextPart { text, tokenizer, info, work, started_secs };
        Ok((text, Tower::Coming(Box::new(vision))))
    }

    /// Only the tower, for a text part that is already on the machine. Nothing of it has come yet.
    pub(crate) fn into_tower(self) -> Tower<B, S> {
        Tower::Coming(Box::new(self.vision))
    }
}

async fn load_text<B: Backend, H: Host, S: ByteSource>(
    mut stream: Stream<B, S, TextTensors<B>>,
    backend: &mut B,
    arrivals: &Arrivals<'_, H>,
) -> Result<TextModel<B>, EngineError> {
    while !stream.is_all() {
        stream.step(backend).await?;
        arrivals.note(stream.n_done()).await?;
    }
    let (tensors, name) = stream.into_tensors();
    let text = tensors.finish(backend).map_err(|error| EngineError::Load { name, error })?;
    backend.settle().await?;
    Ok(text)
}

/// With what is known when a part is in place.
fn ended(info: ModelInfo, backend: &impl Backend, host: &impl Host, started_secs: f64) -> ModelInfo {
    let load_secs = host.now_secs() - started_secs;
    ModelInfo { backend: backend.description(), load_secs, heap_bytes: host.heap_bytes(), ..info }
}

/// What the file recommends, within what can be asked for.
fn visual_tokens(vision: &VisionConfig) -> (u32, u32) {
    let Some(bounds) = vision.pixel_bounds else { return DEFAULT_VISUAL_TOKENS };
    let most = (bounds.max_pixels / PIXELS_PER_TOKEN).max(LEAST_VISUAL_TOKENS);
    (bounds.min_pixels.div_ceil(PIXELS_PER_TOKEN).clamp(LEAST_VISUAL_TOKENS, most), most)
}
