use super::{ModelState, Picture, State, WorkerState};

/// Why a question cannot be asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// The worker ended by itself.
    WorkerDied,
    /// The worker or the model is on its way.
    ModelLoading,
    /// There is no model.
    NoModel,
    /// The image is being decoded.
    ImageOpening,
    /// A question is being answered.
    Answering,
}

impl NotNow {
    /// The line beside the button.
    pub fn reason(self) -> &'static str {
        match self {
            NotNow::WorkerDied => "The model has stopped working. Restart it to go on.",
            NotNow::ModelLoading => "The model is loading.",
            NotNow::NoModel => "No model is loaded. Open a model to go on.",
            NotNow::ImageOpening => "The image is being opened.",
            NotNow::Answering => "One question at a time: wait, or press Stop.",
        }
    }
}

impl State {
    /// Whether a question can be asked, and if not, why.
    pub fn can_ask(&self) -> Result<(), NotNow> {
        if self.is_busy() {
            return Err(NotNow::Answering);
        }
        self.can_send()
    }

    /// Whether an example can be shown: now, or as soon as the model is ready.
    pub fn can_show_example(&self) -> bool {
        matches!(self.can_ask(), Ok(()) | Err(NotNow::ModelLoading | NotNow::ImageOpening))
    }

    /// Whether a question that waits can go to the worker.
    pub(super) fn can_send(&self) -> Result<(), NotNow> {
        self.has_model()?;
        if matches!(self.picture, Picture::Opening { .. }) { Err(NotNow::ImageOpening) } else { Ok(()) }
    }

    /// Whether there is a model that answers, and if not, why.
    pub fn has_model(&self) -> Result<(), NotNow> {
        match (&self.worker, &self.model) {
            (WorkerState::Died, _) => Err(NotNow::WorkerDied),
            (WorkerState::Starting, _) | (_, ModelState::Loading(_)) => Err(NotNow::ModelLoading),
            (_, ModelState::Absent | ModelState::Failed(_)) => Err(NotNow::NoModel),
            (_, ModelState::Ready(_)) => Ok(()),
        }
    }
}
