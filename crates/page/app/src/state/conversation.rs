use protocol::{EndOfAnswer, Failure, ImageId, JobId, Stage, Timings, Turns};

/// One question and its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Names it for as long as the page lives.
    pub id: u32,
    /// As it was asked.
    pub question: String,
    /// The image it is about.
    pub image: Option<TurnImage>,
    /// The model does not see the turns before this one, though it sees earlier turns as a rule.
    pub starts_afresh: bool,
    /// Whether it stands alone.
    pub turns: Turns,
    /// The graphics device was lost meanwhile, and the model loaded again.
    pub is_rebuilt: bool,
    /// What came so far.
    pub answer: String,
    /// How far it is.
    pub state: TurnState,
}

/// The image of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnImage {
    /// Its name between page and worker.
    pub id: ImageId,
    /// Its file's name or its title.
    pub name: String,
}

/// How far a turn is.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnState {
    /// For the model or for the image.
    Waiting,
    /// The worker has it.
    Running {
        /// Its job.
        job: JobId,
        /// What the worker is at.
        stage: Stage,
        /// A person pressed Stop; the worker has not obeyed yet.
        stopping: bool,
    },
    /// The answer stands.
    Ended {
        /// Why it ended.
        end: EndOfAnswer,
        /// What it cost; `None` if it never reached the worker.
        timings: Option<Timings>,
    },
    /// It came to nothing, or to no more than `answer` holds.
    Failed(Failure),
}

impl Turn {
    /// Nothing more will come.
    pub fn is_over(&self) -> bool {
        matches!(self.state, TurnState::Ended { .. } | TurnState::Failed(_))
    }

    /// The worker's job, while it has one.
    pub(super) fn job(&self) -> Option<JobId> {
        match self.state {
            TurnState::Running { job, .. } => Some(job),
            _ => None,
        }
    }

    /// The value of `data-end` on the answer.
    pub fn end_name(&self) -> &'static str {
        match &self.state {
            TurnState::Waiting => "waiting",
            TurnState::Running { .. } => "streaming",
            TurnState::Ended { end: EndOfAnswer::EndOfTurn, .. } => "end-of-turn",
            TurnState::Ended { end: EndOfAnswer::MaxTokens, .. } => "max-tokens",
            TurnState::Ended { end: EndOfAnswer::Stopped, .. } => "stopped",
            TurnState::Ended { end: EndOfAnswer::ContextFull, .. } => "context-full",
            TurnState::Failed(_) => "failed",
        }
    }

    /// A line under the answer where it needs one.
    pub fn note(&self) -> Option<String> {
        match &self.state {
            TurnState::Waiting => Some("Will be asked as soon as the model is ready.".into()),
            TurnState::Running { stopping: true, .. } => Some("Stopping.".into()),
            TurnState::Running { stage: Stage::ImageEncoding, .. } => Some("Encoding the image.".into()),
            TurnState::Running { stage: Stage::Prefill, .. } => Some("Reading the question.".into()),
            TurnState::Running { stage: Stage::Reloading, .. } => {
                Some("The model is being loaded again.".into())
            }
            TurnState::Running { stage: Stage::VisionLoading, .. } => {
                Some("The image part of the model is being loaded.".into())
            }
            TurnState::Running { stage: Stage::Decoding, .. } => None,
            TurnState::Ended { end: EndOfAnswer::EndOfTurn, .. } => self.is_rebuilt.then(|| {
                "The graphics device was lost meanwhile; the model was loaded again and the answer went on."
                    .into()
            }),
            TurnState::Ended { end: EndOfAnswer::MaxTokens, .. } => {
                Some("Cut at the limit. Raise “Longest answer” in the settings for more.".into())
            }
            TurnState::Ended { end: EndOfAnswer::Stopped, .. } => Some("Stopped.".into()),
            TurnState::Ended { end: EndOfAnswer::ContextFull, .. } => {
                Some("The model’s context is full. Start a new conversation to go on.".into())
            }
            TurnState::Failed(failure) => Some(format!("{} {}", failure.message, failure.remedy)),
        }
    }
}
