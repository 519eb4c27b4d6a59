use serde::{Deserialize, Serialize};

use crate::{BackendChoice, ModelInfo};

/// Names one job: every event that belongs to it carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub u32);

/// Names one opened image for as long as the worker lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageId(pub u32);

/// What the page asks of the worker.
// With pointers of 4 bytes, in the browser, no variant is large.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "few are alive at a time, and none is kept")
)]
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
    /// Make a data set's questions ready. The one before it is dropped. With [`BenchmarkData::File`] and [`DataSource::Picked`] the
    /// `File` handle travels beside the command.
    OpenBenchmark {
        /// Ends with `BenchmarkOpened` or `Failed`; `BenchmarkIndexing` tells how far a file is read.
        job: JobId,
        /// Which.
        data: BenchmarkData,
    },
    /// Answer one question of the open data set, on its own: the conversation is neither seen nor changed. No progress and
    /// no piece of the answer is sent, so none can be mistaken for a part of the conversation.
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
    /// Do something with the runs that are kept. Taken at once, also while a job runs.
    Runs {
        /// Ends with what the act names, or with `Failed`.
        job: JobId,
        /// What.
        act: RunAct,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BenchmarkData {
    /// The phantoms that the page brings with it.
    Sample,
    /// Further phantoms, none of them in the sample and none that a model learned from.
    HeldOut {
        /// Questions of each clinical task.
        per_task: u32,
    },
    /// A file in VLMEvalKit's columns, tab-separated or one JSON object a line, of any length. It is read once from front to
    /// back to learn where its rows lie, and is not kept in memory.
    File {
        /// Where it is.
        source: DataSource,
        /// Which of its questions are asked, and in which order.
        selection: bench::Selection,
    },
}

/// Where a data set's file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataSource {
    /// A file that a person picked or dropped.
    Picked {
        /// Its name, for messages.
        name: String,
    },
    /// An address on the page's own origin, of a host that answers with the range asked for.
    Own {
        /// The address.
        url: String,
    },
}

/// What is done with the runs that are kept: on the page's own disk, never with an image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunAct {
    /// Tell which there are. Ends with `RunsListed`.
    List,
    /// Keep a run that begins, or one that came from elsewhere with its answers. Ends with `RunsListed`.
    Begin {
        /// Its id: letters, digits and dashes.
        id: String,
        /// What its figures depend on.
        conditions: bench::Conditions,
        /// Questions that it has in all.
        n_total: u32,
        /// What was said so far; none of a run that begins.
        answers: Vec<(bench::Question, bench::Reply)>,
    },
    /// Keep one more answer. Ends with `RunKept`.
    Keep {
        /// Which run.
        id: String,
        /// Place of the answer in the run, from 0: answers that are kept follow one another.
        number: u32,
        /// What was asked.
        question: bench::Question,
        /// What was said.
        reply: bench::Reply,
    },
    /// Call a run something else. Ends with `RunsListed`.
    Name {
        /// Which run.
        id: String,
        /// Its new name.
        name: String,
    },
    /// Forget a run. Ends with `RunsListed`.
    Delete {
        /// Which run.
        id: String,
    },
    /// Tell a run with all its answers. Ends with `RunRead`.
    Read {
        /// Which run.
        id: String,
    },
    /// Write a run down. Ends with `RunWritten`.
    Write {
        /// Which run.
        id: String,
        /// The rule its answers are read under.
        rule: bench::Rule,
        /// As what.
        form: bench::Form,
    },
    /// Look at a run: its chart, its agreement with published answers, and how it compares with another run. Ends with
    /// `RunAnalysed`.
    Analyse {
        /// Which run.
        id: String,
        /// The rule its answers, and those of the other run, are read under.
        rule: bench::Rule,
        /// The chart's grouping.
        grouping: bench::Grouping,
        /// The other run, if any.
        against: Option<String>,
    },
}

/// How benchmark questions are answered: always greedily and independently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchmarkSettings {
    /// How finely an image is seen.
    pub detail: Detail,
    /// An answer is cut after this many tokens.
    pub max_answer_tokens: u32,
    /// What the model is shown.
    pub images: BenchmarkImages,
    /// Whether the question is asked again for each rotation of its options, which takes as many times as long.
    pub circular: bool,
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
    /// Earlier turns are not seen.
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
