use super::{Loading, ModelState, Pair, Picture, Purpose, State, WorkerState};

/// Why a question cannot be asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// The worker ended by itself.
    WorkerDied,
    /// The worker or the model is on its way.
    ModelLoading,
    /// The model is on its way to another machine.
    ModelMoving,
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
            NotNow::ModelMoving => "The model is being moved. Image and conversation stay.",
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

    /// Whether another machine can be chosen for the model.
    pub fn can_choose_backend(&self) -> bool {
        !self.is_busy() && !self.backend.is_choosing()
    }

    /// Whether an example can be shown: now, or as soon as the model is ready.
    pub fn can_show_example(&self) -> bool {
        matches!(
            self.can_ask(),
            Ok(()) | Err(NotNow::ModelLoading | NotNow::ModelMoving | NotNow::ImageOpening)
        )
    }

    /// Whether a question that waits can go to the worker.
    pub(super) fn can_send(&self) -> Result<(), NotNow> {
        self.has_model()?;
        if matches!(self.picture, Picture::Opening { .. }) { Err(NotNow::ImageOpening) } else { Ok(()) }
    }

    /// A model that came from files was lost on its way to another machine, and can be loaded again.
    pub fn lost_a_model_of_files(&self) -> bool {
        let is_lost = matches!(self.model, ModelState::Failed(_)) && self.worker == WorkerState::Running;
        is_lost && self.pair != Pair::Bundled && self.backend.failure.is_some()
    }

    /// Whether there is a model that answers, and if not, why.
    pub fn has_model(&self) -> Result<(), NotNow> {
        match (&self.worker, &self.model) {
            (WorkerState::Died, _) => Err(NotNow::WorkerDied),
            (WorkerState::Running, ModelState::Loading(Loading { purpose: Purpose::Move, .. })) => {
                Err(NotNow::ModelMoving)
            }
            (WorkerState::Starting, _) | (_, ModelState::Loading(_)) => Err(NotNow::ModelLoading),
            (_, ModelState::Absent | ModelState::Failed(_)) => Err(NotNow::NoModel),
            (_, ModelState::Ready(_)) => Ok(()),
        }
    }
}
