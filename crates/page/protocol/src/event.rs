use serde::{Deserialize, Serialize};

use crate::{BackendKind, Candidate, ImageId, JobId, Profile};

/// What the worker tells the page. Every job ends with exactly one of `BackendChosen`, `ModelReady`, `ImageReady`,
/// `Answered`, `BenchmarkOpened`, `BenchmarkAnswered`, `BenchmarkImage`, `RunsListed`, `RunKept`, `RunRead`, `RunWritten`,
/// `RunAnalysed`, `Failed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker runs and takes commands.
    Started,
    /// The machine that the model runs on is chosen; a model that was loaded is on it now.
    BackendChosen {
        /// The job of `ChooseBackend`.
        job: JobId,
        /// Which machine it is.
        chosen: BackendKind,
        /// Every machine that was looked at, with what speaks for or against it.
        candidates: Vec<Candidate>,
        /// The model, where one is loaded.
        model: Option<ModelInfo>,
    },
    /// Bytes of a model file arrived; first of all, none of either. From then on the model before it is gone.
    Loading {
        /// The job of `LoadModel`, or of `ChooseBackend` with a model loaded.
        job: JobId,
        /// Which file of the pair.
        part: ModelPart,
        /// Bytes of it that are in place.
        bytes_done: u64,
        /// Its length.
        bytes_total: u64,
    },
    /// A model is in place; questions can be asked. Its vision tower may still be on its way.
    ModelReady {
        /// The job of `LoadModel`.
        job: JobId,
        /// What it is.
        model: ModelInfo,
    },
    /// The vision tower of the model is in place too: a question about an image need not wait for it any more.
    VisionReady {
        /// The job of `LoadModel`, or of `ChooseBackend` with a model loaded.
        job: JobId,
        /// What the model is, with the time until now.
        model: ModelInfo,
    },
    /// The vision tower could not be loaded. Text is answered; it is tried again when an image is asked about.
    VisionFailed {
        /// The job of `LoadModel`, or of `ChooseBackend` with a model loaded.
        job: JobId,
        /// What is at fault.
        culprit: Culprit,
        /// Why, and what a person can do.
        failure: Failure,
    },
    /// An image was decoded. A preview travels beside it as one transferred buffer: RGBA, 8 bits, row by row, of
    /// the size that [`ImageInfo`] gives. It shows the pixels the model gets, before they are resized for it.
    ImageReady {
        /// The job of `OpenImage`.
        job: JobId,
        /// What was found.
        image: ImageInfo,
    },
    /// The graphics device was lost in the middle of a job. The model is loaded on a new one, told by `Progress` with
    /// `Stage::Reloading`; then the job continues with its own events; none is sent twice.
    Rebuilding {
        /// The job that was running.
        job: JobId,
        /// What the device's loss was put down to.
        why: String,
    },
    /// A stage of an answer went on: `done` of `total` layers, tokens or, while weights are loaded, MiB. `total` is 0 for decoding.
    Progress {
        /// The job of `Ask`; while reloading, the job that was running.
        job: JobId,
        /// What is going on.
        stage: Stage,
        /// Layers, tokens or MiB that are done.
        done: u32,
        /// Of how many.
        total: u32,
        /// Since the stage began.
        elapsed_secs: f64,
    },
    /// The next piece of the answer; pieces are whole characters.
    Answer {
        /// The job of `Ask`.
        job: JobId,
        /// To be appended.
        text: String,
    },
    /// What each kernel of an answer cost; before `Answered`, while profiling is on.
    Profile {
        /// The job of `Ask`.
        job: JobId,
        /// What was measured.
        profile: Profile,
    },
    /// An answer is over.
    Answered {
        /// The job of `Ask`.
        job: JobId,
        /// Why it is.
        end: EndOfAnswer,
        /// What it cost.
        timings: Timings,
    },
    /// A data set's file is being read for the first time.
    BenchmarkIndexing {
        /// The job of `OpenBenchmark`.
        job: JobId,
        /// Bytes of it that were read.
        bytes_done: u64,
        /// Its length.
        bytes_total: u64,
        /// Rows found so far.
        n_rows: u32,
    },
    /// A data set is open.
    BenchmarkOpened {
        /// The job of `OpenBenchmark`.
        job: JobId,
        /// Which.
        data: bench::DataSet,
        /// The questions that are asked, in their order.
        questions: Vec<bench::Question>,
        /// Names them by their texts and order: see [`bench::fingerprint`]. A run continues only with the same questions.
        fingerprint: String,
        /// Rows with which something is wrong: the first of them.
        problems: Vec<bench::Problem>,
        /// How many there are in all.
        n_problems: u32,
    },
    /// One question of the data set is answered.
    BenchmarkAnswered {
        /// The job of `AnswerBenchmark`.
        job: JobId,
        /// Which question.
        number: u32,
        /// What came of it.
        reply: bench::Reply,
    },
    /// The image of one question travels beside this event as one transferred buffer: RGBA, 8 bits, row by row.
    BenchmarkImage {
        /// The job of `ShowBenchmarkImage`.
        job: JobId,
        /// Which question.
        number: u32,
        /// Of the image; the longer side is at most [`MAX_PREVIEW_SIDE_PX`].
        width_px: u32,
        /// Of the image.
        height_px: u32,
    },
    /// The runs that are kept, the latest first.
    RunsListed {
        /// The job of `Runs`.
        job: JobId,
        /// All of them.
        runs: Vec<bench::RunSummary>,
        /// Whether they outlive the tab; a browser that grants no private files has them in the worker's memory.
        on_disk: bool,
    },
    /// An answer is on disk.
    RunKept {
        /// The job of `Runs`.
        job: JobId,
    },
    /// All that was said in a run, to be read under any rule. The rest of it is in `RunsListed`.
    RunRead {
        /// The job of `Runs`.
        job: JobId,
        /// Which run.
        id: String,
        /// In the order of asking.
        answers: Vec<(bench::Question, bench::Reply)>,
    },
    /// A run as a file, which travels beside this event as one transferred buffer.
    RunWritten {
        /// The job of `Runs`.
        job: JobId,
        /// The file's name.
        name: String,
        /// Its media type.
        media_type: String,
    },
    /// What a look at a run came to.
    RunAnalysed {
        /// The job of `Runs`.
        job: JobId,
        /// Tables and a chart for the page to draw.
        analysis: bench::Analysis,
    },
    /// A job failed. The worker continues.
    Failed {
        /// Any job.
        job: JobId,
        /// Why, and what a person can do.
        failure: Failure,
    },
}

/// What kept a part of a model from coming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Culprit {
    /// Its file, which could not be read or is not what it should be.
    File,
    /// The machine, which did not take it.
    Machine,
}

/// One file of the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelPart {
    /// The text model.
    Text,
    /// The vision tower with its merger (`mmproj`).
    Vision,
}

/// What a person waits for while a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Layers of the vision tower.
    ImageEncoding,
    /// Prompt tokens: all go through a layer together, so they advance by a share of the layers.
    Prefill,
    /// Answer tokens.
    Decoding,
    /// MiB of the model, loaded again after the graphics device was lost.
    Reloading,
    /// MiB of the vision tower, which a question about an image waits for.
    VisionLoading,
}

/// What was loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// `general.name`, or the file's name where that is absent.
    pub name: String,
    /// As in GGUF: `Q8_0`, `Q4_K_M`.
    pub quantisation: String,
    /// Name of the machine it runs on: `CPU (candle)`.
    pub backend: String,
    /// Of both files.
    pub n_parameters: u64,
    /// Length of both files.
    pub n_bytes: u64,
    /// The fewest visual tokens per image that the model's file recommends.
    pub min_visual_tokens: u32,
    /// The most visual tokens per image that the model's file recommends.
    pub max_visual_tokens: u32,
    /// From the command to this answer.
    pub load_secs: f64,
    /// Memory of the program itself, most so far: what lies on a GPU does not count. `None` where the host cannot tell.
    pub heap_bytes: Option<u64>,
}

/// An image that was decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageInfo {
    /// Its name, as the page gave it.
    pub image: ImageId,
    /// As the file has it, after turning it upright.
    pub width_px: u32,
    /// As the file has it, after turning it upright.
    pub height_px: u32,
    /// `PNG`, `JPEG`, ...
    pub format: String,
    /// Of the preview beside the event: the longer side is at most [`MAX_PREVIEW_SIDE_PX`].
    pub preview_width_px: u32,
    /// Of the preview beside the event.
    pub preview_height_px: u32,
}

/// The longer side of a preview, at most.
pub const MAX_PREVIEW_SIDE_PX: u32 = 1024;

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndOfAnswer {
    /// The model ended it.
    EndOfTurn,
    /// The limit of the settings was reached.
    MaxTokens,
    /// The person stopped it.
    Stopped,
    /// The model's context is full.
    ContextFull,
}

/// What one answer cost. A time is 0 where the stage was not needed (an image that was encoded before).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Of the images in the prompt.
    pub n_visual_tokens: u32,
    /// Images encoded for this answer; the others were still at hand.
    pub n_images_encoded: u32,
    /// All of this answer's images.
    pub image_encoding_secs: f64,
    /// Prompt tokens computed for this answer, without those still in the KV cache.
    pub n_prefill_tokens: u32,
    /// Until the first token of the answer.
    pub prefill_secs: f64,
    /// With the one that ended it, if it was ended by one.
    pub n_answer_tokens: u32,
    /// From the first token of the answer to its last.
    pub decoding_secs: f64,
}

impl Timings {
    /// Decoding speed, `None` before the first token. The first token comes out of the prefill, so it is not counted.
    pub fn decoded_tokens_per_sec(&self) -> Option<f64> {
        (self.n_answer_tokens > 1 && self.decoding_secs > 0.0)
            .then(|| f64::from(self.n_answer_tokens - 1) / self.decoding_secs)
    }
}

/// An error a person can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What was found and what was expected.
    pub message: String,
    /// What to do.
    pub remedy: String,
}
