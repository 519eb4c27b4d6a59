use imaging::{DecodeError, ResizeError};
use model::backend::BackendError;
use model::config::ModelError;
use model::load::LoadError;
use model::tokenizer::TokenizerError;
use protocol::Failure;
use weights::GgufError;

use crate::SourceError;

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what the fields are")]
pub enum EngineError {
    /// A weight file could not be read.
    #[error("Could not read {0}.")]
    Source(#[from] SourceError),
    /// A weight file is malformed.
    #[error("{name}: {error}")]
    Header { name: String, error: GgufError },
    /// A weight file is not what the engine runs.
    #[error("{name}: {error}")]
    Model { name: String, error: ModelError },
    /// The pair is not one text file and one vision file.
    #[error(
        "A model is a pair of files, a text model and its vision file (mmproj); found {n_texts} text and {n_visions} vision files{}.",
        missing(.n_texts, .n_visions)
    )]
    Pair { n_texts: usize, n_visions: usize },
    /// The parts of a split file are not all there, or do not belong together.
    #[error("A split model is whole where each of its parts is there once; {found}.")]
    Split { found: String },
    /// A tensor could not become a weight.
    #[error("{name}: {error}")]
    Load { name: String, error: LoadError },
    /// The text part is in place, and the vision part could not follow.
    #[error("The vision part of the model could not be loaded: {error}")]
    Vision { error: Box<EngineError> },
    /// The vocabulary in the text file cannot be used.
    #[error("The vocabulary cannot be used: {0}")]
    Tokenizer(#[from] TokenizerError),
    /// The vocabulary has tokens that the embedding table has no row for.
    #[error(
        "The vocabulary has {n_tokens} tokens, but the model's embedding table has {n_rows} rows; expected no more tokens than rows."
    )]
    VocabularyLength { n_tokens: usize, n_rows: usize },
    /// The machine failed.
    #[error("The computation failed: {0}")]
    Backend(#[from] BackendError),
    /// The machine was lost, and lost again after it was reopened.
    #[error("The graphics device was lost twice while this was computed: {why}.")]
    LostAgain { why: String },
    /// The machine was lost, and no model could be brought to a new one.
    #[error("The graphics device was lost ({why}), and the model could not be loaded again: {error}")]
    NotRebuilt { why: String, error: Box<EngineError> },
    /// An image could not be read.
    #[error("{name}: {error}")]
    Image { name: String, error: DecodeError },
    /// An image has a shape the model cannot take.
    #[error("{0}")]
    Resize(#[from] ResizeError),
    /// A question came before a model.
    #[error("No model is loaded.")]
    NoModel,
    /// A question names an image that is not open.
    #[error("The image of this question is no longer open.")]
    NoImage,
    /// There is nothing to answer.
    #[error("The question is empty.")]
    EmptyQuestion,
    /// The token budget cannot be met.
    #[error(
        "The detail is set to {min} to {max} visual tokens; the least must be at least 4 and not above the most."
    )]
    Detail { min: u32, max: u32 },
    /// A setting outside its range.
    #[error("{setting} is {found}; expected {expected}.")]
    Setting { setting: &'static str, found: String, expected: &'static str },
    /// Even the prompt does not fit the model's context.
    #[error("The question with its images takes {n_tokens} tokens; this model reads at most {n_context}.")]
    TooLong { n_tokens: usize, n_context: usize },
    /// A benchmark question came before a data set.
    #[error("No benchmark questions are open.")]
    NoBenchmark,
    /// A number beyond the last question.
    #[error("There is no question at place {number}; this data set has {n_questions}, counted from 0.")]
    NoBenchmarkQuestion { number: u32, n_questions: usize },
    /// A data set's file is none.
    #[error("{name}: {error}")]
    Data { name: String, error: bench::data::DataError },
    /// A data set's file could not be read.
    #[error("The data set could not be read: {0}.")]
    DataSource(SourceError),
    /// A data set came as none or several files.
    #[error("A data set is one file; {n_files} came.")]
    DataFiles { n_files: usize },
    /// The image of one row of a data set cannot be used.
    #[error("row {row} (index {index:?}): {message}")]
    QuestionImage { row: u64, index: String, message: String },
    /// The person stopped a job that leaves no result.
    #[error("It was stopped before its end.")]
    Stopped,
}

const OPEN_A_PAIR: &str = "Open the two GGUF files of one Qwen2-VL model together: the text model and the file whose name begins with mmproj.";

/// Which half of the pair is missing, where one is and the other is not.
fn missing(n_texts: &usize, n_visions: &usize) -> &'static str {
    match (n_texts, n_visions) {
        (1.., 0) => ": the vision file is missing",
        (0, 1..) => ": the text model is missing",
        _ => "",
    }
}

impl EngineError {
    /// What a person can do about it.
    fn remedy(&self) -> &'static str {
        match self {
            Self::Source(_) => "Check that the file still exists and can be read, then open it again.",
            Self::Header { error: GgufError::NotGguf { .. } | GgufError::Empty, .. } => OPEN_A_PAIR,
            Self::Header { .. } => {
                "Fetch the file again: it may have been cut off or changed on its way. The model that was loaded stays in use."
            }
            Self::Load { error: LoadError::Backend(BackendError::Memory { .. }), .. } => {
                "Open a smaller model, or a smaller quantisation of this one, or choose the CPU in the settings. No model is loaded now."
            }
            Self::Load { error: LoadError::Backend(BackendError::Lost { .. }), .. } => {
                "Open the pair again. If the device is lost again, choose the CPU in the settings. No model is loaded now."
            }
            Self::Load { .. } => "Open the pair again, or a smaller one. No model is loaded now.",
            Self::Pair { n_texts: 1.., n_visions: 0 } => {
                "Open the two GGUF files of one Qwen2-VL model together: the vision file, mmproj-….gguf, lies beside the text model in the same repository."
            }
            Self::Pair { n_texts: 0, n_visions: 1.. } => {
                "Open the two GGUF files of one Qwen2-VL model together: the text model lies beside the vision file, mmproj-….gguf, in the same repository."
            }
            Self::Model { .. } | Self::Pair { .. } => OPEN_A_PAIR,
            Self::Split { .. } => {
                "Open all parts of one model together, and its vision file with them: the numbers are in their names, as in -00001-of-00003.gguf."
            }
            Self::Vision { error } => match &**error {
                _ if error.loss().is_some() => {
                    "Ask again: the model is loaded again first. If the device is lost again, choose the CPU in the settings. The conversation is kept."
                }
                Self::Load { error: LoadError::Backend(BackendError::Memory { .. }), .. } => {
                    "Questions without an image are answered. For images open a smaller model, or a smaller quantisation of this one, or choose the CPU in the settings."
                }
                _ => {
                    "Questions without an image are answered. Ask about an image to load the vision part again; if that fails too, open the pair again."
                }
            },
            Self::Tokenizer(_) | Self::VocabularyLength { .. } => {
                "Fetch the text file again, or use one made by a current converter."
            }
            Self::Backend(BackendError::Memory { .. }) => {
                "Choose less detail or a smaller image, or begin a new conversation; else open a smaller model or quantisation, or choose the CPU in the settings."
            }
            Self::LostAgain { .. } => {
                "Ask again: the model is loaded again first. If the device is lost again, choose less detail, a smaller model, or the CPU in the settings. The conversation is kept."
            }
            Self::NotRebuilt { .. } => {
                "Ask again to try once more, or choose the CPU in the settings. The conversation is kept."
            }
            Self::Backend(_) => {
                "Ask again. If it fails again, use a smaller image, less detail or a smaller model."
            }
            Self::Image { error, .. } => error.remedy(),
            Self::Resize(ResizeError::Bounds { .. }) => "Change the detail in the settings.",
            Self::Resize(_) => "Crop the image to a less extreme shape.",
            Self::NoModel => "Wait until the model has loaded, or open its two files.",
            Self::NoImage => "Open the image again.",
            Self::EmptyQuestion => "Type a question about the image.",
            Self::Detail { .. } | Self::Setting { .. } => "Change it in the settings.",
            Self::TooLong { .. } => "Start a new conversation, or lower the detail in the settings.",
            Self::NoBenchmark => "Open the benchmark's questions first.",
            Self::NoBenchmarkQuestion { .. } => "Choose a question of the list.",
            Self::Data { .. } | Self::DataFiles { .. } => {
                "Choose one file of VLMEvalKit's columns: tab-separated with a header, or one JSON object a line. The data set that was open stays."
            }
            Self::DataSource(_) => {
                "Check that the file still exists and was not changed, then choose it again; a run goes on where it was."
            }
            Self::QuestionImage { .. } => "The other questions of the file are not touched by that.",
            Self::Stopped => "Start it again; nothing was changed.",
        }
    }

    /// What the loss of the machine was put down to, where that is what went wrong.
    pub(crate) fn loss(&self) -> Option<&str> {
        match self {
            Self::Backend(error) | Self::Load { error: LoadError::Backend(error), .. } => match error {
                BackendError::Lost { message, .. } => Some(message),
                _ => None,
            },
            Self::Vision { error } => error.loss(),
            _ => None,
        }
    }

    /// The error in the form that reaches a person.
    pub fn to_failure(&self) -> Failure {
        Failure { message: self.to_string(), remedy: self.remedy().to_owned() }
    }
}
