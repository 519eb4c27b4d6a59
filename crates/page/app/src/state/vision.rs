use protocol::{Culprit, Failure, JobId, ModelInfo, ModelPart};

use super::{Loading, ModelState, State, models};
use crate::format;

/// The vision tower of the model at hand. It comes after the text model, which answers meanwhile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vision {
    /// The job that brings it.
    job: Option<JobId>,
    /// How far it is.
    pub stage: VisionStage,
}

/// How far a vision tower is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum VisionStage {
    /// There is none.
    #[default]
    None,
    /// It is on its way.
    Loading {
        /// Bytes that are in place.
        n_done: u64,
        /// Of how many; 0 until that is known.
        n_total: u64,
    },
    /// Questions about an image need not wait.
    Ready {
        /// From the command to here.
        load_secs: f64,
    },
    /// It could not be loaded; text is answered.
    Failed(Failure),
}

impl Vision {
    /// The text part has come: so has the tower before it, where the model moved; otherwise it is on its way.
    pub(super) fn follow(&mut self, loading: &Loading) {
        let is_there = self.job == Some(loading.job) && matches!(self.stage, VisionStage::Ready { .. });
        if !is_there {
            let (n_done, n_total) = loading.vision_bytes();
            *self = Self { job: Some(loading.job), stage: VisionStage::Loading { n_done, n_total } };
        }
    }

    /// Whether this job brings it.
    pub(super) fn is_loading(&self, job: JobId) -> bool {
        self.job == Some(job) && matches!(self.stage, VisionStage::Loading { .. })
    }

    pub(super) fn note(&mut self, its: JobId, part: ModelPart, done: u64, total: u64) {
        let may_come = matches!(self.stage, VisionStage::Loading { .. } | VisionStage::Failed(_));
        if self.job == Some(its) && part == ModelPart::Vision && may_come {
            self.stage = VisionStage::Loading { n_done: done, n_total: total };
        }
    }

    /// A question waits for it, and tells how far it is.
    pub(super) fn note_mib(&mut self, done: u32, total: u32) {
        if self.job.is_some() && !matches!(self.stage, VisionStage::Ready { .. }) {
            self.stage =
                VisionStage::Loading { n_done: u64::from(done) << 20, n_total: u64::from(total) << 20 };
        }
    }

    /// Done and total, while it is on its way.
    pub fn bytes(&self) -> Option<(u64, u64)> {
        match self.stage {
            VisionStage::Loading { n_done, n_total } if n_total > 0 => Some((n_done.min(n_total), n_total)),
            _ => None,
        }
    }
}

/// The tower is in place. The time that stands for the model stays that of its first answerable moment.
pub(super) fn ready(state: &mut State, job: JobId, model: ModelInfo) {
    if state.model.job() == Some(job) {
        // A model that moves tells so before the move counts as done.
        state.vision.job = Some(job);
    }
    if state.vision.job != Some(job) {
        return;
    }
    state.vision.stage = VisionStage::Ready { load_secs: model.load_secs };
    if let ModelState::Ready(info) = &mut state.model {
        *info = ModelInfo { load_secs: info.load_secs, ..model };
    }
}

/// The tower did not come. A person is told, and a stored model's files are read again.
pub(super) fn failed(state: &mut State, job: JobId, culprit: Culprit, failure: Failure) {
    if state.vision.job != Some(job) {
        return;
    }
    let said = models::vision_failed(state, job, culprit, &failure);
    state.message = Some(said.unwrap_or_else(|| failure.clone()));
    state.vision.stage = VisionStage::Failed(failure);
}

impl State {
    /// The value of `data-vision`.
    pub fn vision_name(&self) -> &'static str {
        match (&self.model, &self.vision.stage) {
            (ModelState::Absent | ModelState::Failed(_), _) => "none",
            (ModelState::Loading(_), _) => "loading",
            (ModelState::Ready(_), VisionStage::None) => "none",
            (ModelState::Ready(_), VisionStage::Loading { .. }) => "loading",
            (ModelState::Ready(_), VisionStage::Ready { .. }) => "ready",
            (ModelState::Ready(_), VisionStage::Failed(_)) => "failed",
        }
    }

    /// The line below a model's name, once it answers.
    pub fn ready_text(&self) -> Option<String> {
        let info = self.model.info()?;
        Some(match &self.vision.stage {
            VisionStage::Loading { .. } => {
                let share =
                    self.vision.bytes().map(|(done, total)| format!(" {}\u{a0}%", 100 * done / total.max(1)));
                format!("answers text; image part loading{}", share.unwrap_or_default())
            }
            VisionStage::Failed(_) => "answers text; the image part could not be loaded".into(),
            VisionStage::None | VisionStage::Ready { .. } => {
                let place = self.backend_badge().map(|place| format!(", {place}")).unwrap_or_default();
                let (n, bytes) = (format::parameters(info.n_parameters), format::bytes(info.n_bytes));
                format!("{n} parameters, {bytes}{place}, {}", format::duration(info.load_secs))
            }
        })
    }

    /// How long a person waited for the model: until text was answered, and until images were.
    pub fn load_text(&self) -> Option<String> {
        let info = self.model.info()?;
        let text = format::duration(info.load_secs);
        Some(match self.vision.stage {
            VisionStage::Ready { load_secs } => {
                format!("{text} until text was answered, {} with images", format::duration(load_secs))
            }
            _ => format!("{text} until text was answered"),
        })
    }
}
