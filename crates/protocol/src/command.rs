use serde::{Deserialize, Serialize};

use crate::{BackendChoice, ModelInfo};

/// Names one job: every event that belongs to it carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub u32);

/// Names one opened image for as long as the worker lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageId(pub u32);

/// What the page asks of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Choose the machine that the model runs on. A model that is loaded is loaded again there, with `Loading` events of
    /// this job; images and conversation stay.
    ChooseBackend {
        /// Ends with `BackendChosen` or `Failed`.
        job: JobId,
        /// Which machine.
        choice: BackendChoice,
    },
    /// Load a model; the previous one is dropped once the new one has answered for its header.
    /// With [`ModelSource::Files`] the `File` handles travel beside the command, in the same order as the names.
    LoadModel {
        /// Ends with `ModelReady` or `Failed`. From `ModelReady` on text can be answered; `VisionReady` or `VisionFailed`
        /// follows, unless another model comes before.
        job: JobId,
        /// Where the pair is.
        source: ModelSource,
    },
    /// Decode an image. Its bytes travel beside the command as one transferred buffer.
    OpenImage {
        /// Ends with `ImageReady` or `Failed`.
        job: JobId,
        /// The name the page gives it.
        image: ImageId,
        /// The file's name, for messages.
        name: String,
    },
    /// Forget an image and what was computed from it.
    CloseImage {
        /// An image that was opened; an unknown one is not an error.
        image: ImageId,
    },
    /// Answer a question.
    Ask {
        /// Ends with `Answered` or `Failed`.
        job: JobId,
        /// The user turn.
        question: Question,
        /// How it is answered.
        settings: Settings,
    },
    /// End a job between two tokens (or two layers). What was answered so far stands, except of a benchmark's question.
    Stop {
        /// A running or waiting job; one that is over is not an error.
        job: JobId,
    },
    /// Forget every turn; images and model stay.
    NewConversation,
    /// Make a data set's questions ready. The one before it is dropped.
    OpenBenchmark {
        /// Ends with `BenchmarkOpened` or `Failed`.
        job: JobId,
        /// Which.
        data: BenchmarkData,
    },
    /// Answer one question of the open data set, on its own: the conversation is neither seen nor changed. No progress and
    /// no piece of the answer is told, so none can be taken for a part of the conversation.
    AnswerBenchmark {
        /// Ends with `BenchmarkAnswered`, or with `Failed` where the question could not even be put (no model, no such
        /// question, a setting out of range) or was stopped: it is not answered then and can be asked again. What goes wrong
        /// while it is answered is part of the reply.
        job: JobId,
        /// Place in the list that `BenchmarkOpened` brought.
        number: u32,
        /// How it is answered.
        settings: BenchmarkSettings,
    },
    /// Show the image of one question.
    ShowBenchmarkImage {
        /// Ends with `BenchmarkImage` or `Failed`.
        job: JobId,
        /// Place in the list that `BenchmarkOpened` brought.
        number: u32,
    },
    /// Destroy the graphics device, as a driver does that resets: for tests and the developer panel. Taken at once, also
    /// while a job runs; without such a device nothing happens.
    LoseDevice,
    /// Time every kernel of the answers that follow, or no longer.
    SetProfiling {
        /// Whether answers are accompanied by an `Event::Profile`.
        on: bool,
    },
}

/// A set of questions with images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BenchmarkData {
    /// The phantoms that the page brings with it.
    Sample,
    /// Further phantoms, none of them in the sample and none that a model learned from.
    Held {
        /// Questions of each clinical task.
        per_task: u32,
    },
}

/// How benchmark questions are answered: always greedily, each alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchmarkSettings {
    /// How finely an image is seen.
    pub detail: Detail,
    /// An answer is cut after this many tokens.
    pub max_answer_tokens: u32,
    /// What the model is shown.
    pub images: BenchmarkImages,
}

/// What the model is shown with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BenchmarkImages {
    /// The question's image.
    Shown,
    /// A grey image of the same size: what is still answered right is guessed from the words.
    Blank,
}

/// Where a GGUF pair comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelSource {
    /// Addresses on the page's own origin.
    Own {
        /// The text model.
        text_url: String,
        /// Its vision tower (`mmproj`).
        vision_url: String,
    },
    /// Files a person picked or dropped, in any order; which is which is read from their contents.
    Files {
        /// Their names, for messages.
        names: Vec<String>,
    },
    /// Files of the page's own store, in any order.
    Stored {
        /// All of them.
        files: Vec<StoredWeights>,
    },
}

/// One file of the page's own store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredWeights {
    /// Names it in the store.
    pub key: String,
    /// Its file name, for messages.
    pub name: String,
}

/// One user turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// As typed. Text that spells a special token is ordinary text.
    pub text: String,
    /// Images that come before the text, in order.
    pub images: Vec<ImageId>,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// How finely an image is seen.
    pub detail: Detail,
    /// How tokens are picked.
    pub sampling: Sampling,
    /// The answer is cut after this many tokens.
    pub max_answer_tokens: u32,
    /// What precedes the question.
    pub turns: Turns,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            detail: Detail::Model,
            sampling: Sampling::default(),
            max_answer_tokens: 256,
            turns: Turns::FollowUp,
        }
    }
}

/// Whether the model sees the earlier turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turns {
    /// The conversation so far precedes the question.
    FollowUp,
    /// Every question stands alone.
    Single,
}

/// How many visual tokens an image may become; one token is 28 x 28 pixels of the resized image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// What the model's own file recommends.
    Model,
    /// Bounds chosen by a person.
    Tokens {
        /// A smaller image is enlarged to this many.
        min: u32,
        /// A larger image is reduced to this many.
        max: u32,
    },
}

impl Detail {
    /// The fewest and the most visual tokens that an image becomes for this model.
    pub const fn visual_tokens(self, model: &ModelInfo) -> (u32, u32) {
        match self {
            Self::Model => (model.min_visual_tokens, model.max_visual_tokens),
            Self::Tokens { min, max } => (min, max),
        }
    }
}

/// How the next token is picked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// 0 is greedy.
    pub temperature: f64,
    /// Smallest set of tokens with this much probability; 1 keeps all.
    pub top_p: f64,
    /// The k likeliest tokens; 0 keeps all.
    pub top_k: u32,
    /// Of the random numbers: the same seed gives the same answer. At most 2^53, what a JavaScript number holds.
    pub seed: u64,
    /// 1 is none; larger values make tokens that were already used less likely.
    pub repetition_penalty: f32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0, repetition_penalty: 1.0 }
    }
}
