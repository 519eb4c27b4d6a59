/// Of a run's id.
pub(crate) const MAX_ID_CHARS: usize = 80;

/// Why something could not be done with a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what the fields are")]
pub enum RunError {
    /// No run can have this id.
    #[error("{0:?} cannot name a run; expected letters, digits and dashes, 1 to {MAX_ID_CHARS} of them.")]
    NoId(String),
    /// There is no such run.
    #[error("There is no run {0} any more.")]
    Unknown(String),
    /// There is one already.
    #[error("There is a run {0} already.")]
    Taken(String),
    /// An answer that does not come next.
    #[error("Answer {} was to be kept, but the run has {n_answers}; expected answer {}.", number + 1, n_answers + 1)]
    Order { number: u32, n_answers: u32 },
    /// Every question has an answer.
    #[error("The run has an answer to each of its {n_total} questions.")]
    Whole { n_total: u32 },
    /// Another tab or program writes it.
    #[error("This run is being written by another tab.")]
    Held,
    /// The run asks other questions than those at hand.
    #[error("The run’s questions are others than those that are open.")]
    OtherQuestions,
    /// The run was made under other conditions. The difference is part of a sentence.
    #[error("The run was made under other conditions: {0}.")]
    OtherConditions(String),
    /// The log cannot be read; in the words of the store or of the reader.
    #[error("The run could not be read: {0}.")]
    NotRead(String),
    /// The log cannot be written; in the words of the store.
    #[error("The run could not be written: {0}.")]
    NotWritten(String),
}

impl RunError {
    /// What a person can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NoId(_) | Self::Taken(_) => {
                "Reload the page; if it happens again, this is a fault of the page."
            }
            Self::Unknown(_) => "It may have been deleted in another tab. Begin a new run.",
            Self::Order { .. } => {
                "Another tab may have continued it. Open the run from the list again to continue from where it is now."
            }
            Self::Whole { .. } => "Begin a new run.",
            Self::Held => "Continue there, or close that tab and try again.",
            Self::OtherQuestions => "Open the run’s own data set, then resume.",
            Self::OtherConditions(_) => "Open the run’s own model on the same machine, then resume.",
            Self::NotRead(_) => "Reload the page and try again; delete the run if this happens again.",
            Self::NotWritten(_) => {
                "Free disk space or delete runs that are no longer needed, then resume. The last answer is not lost."
            }
        }
    }
}
