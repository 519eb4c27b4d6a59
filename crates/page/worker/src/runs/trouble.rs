use std::fmt;

use protocol::Failure;

/// Why an act came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No run can be called this.
    NoId(String),
    /// There is none.
    Unknown(String),
    /// There is one already.
    Taken(String),
    /// An answer that does not come next.
    Order { number: u32, n_answers: u32 },
    /// There is an answer to each of its questions.
    Whole { n_total: u32 },
    /// Another tab writes it.
    Held,
    /// In the words of the browser, or of what reads a run.
    NotRead(String),
    /// In the browser's words.
    NotWritten(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoId(id) => write!(
                f,
                "{id:?} cannot name a run; expected letters, digits and dashes, 1 to {} of them.",
                super::desk::MAX_ID_CHARS
            ),
            Self::Unknown(id) => write!(f, "There is no run {id} any more."),
            Self::Taken(id) => write!(f, "There is a run {id} already."),
            Self::Order { number, n_answers } => write!(
                f,
                "Answer {} was to be kept, but the run has {n_answers}; expected answer {}.",
                number + 1,
                n_answers + 1
            ),
            Self::Whole { n_total } => write!(f, "The run has an answer to each of its {n_total} questions."),
            Self::Held => write!(f, "This run is being written by another tab."),
            Self::NotRead(why) => write!(f, "The run could not be read: {why}."),
            Self::NotWritten(why) => write!(f, "The run could not be written: {why}."),
        }
    }
}

impl Trouble {
    /// The form in which it is told.
    pub(crate) fn to_failure(&self) -> Failure {
        let remedy = match self {
            Self::NoId(_) | Self::Taken(_) => "Reload the page; if it stays so, this is a fault of the page.",
            Self::Unknown(_) => "It may have been deleted in another tab. Begin a new run.",
            Self::Order { .. } => {
                "Another tab may have gone on with it. Open the run again from the list to go on where it is now."
            }
            Self::Whole { .. } => "Begin a new run.",
            Self::Held => "Go on there, or close that tab and try again.",
            Self::NotRead(_) => "Reload the page and try again; delete the run if it stays so.",
            Self::NotWritten(_) => {
                "Make room on the disk, or delete runs that are no longer needed; export this run to be safe."
            }
        };
        Failure { message: self.to_string(), remedy: remedy.to_owned() }
    }
}
