//! The vision tower of a model that answers already: it comes piece by piece while nothing else is to do, or at once when a
//! question needs it.

use model::backend::Backend;
use protocol::{Culprit, Event, JobId, ModelInfo, ModelPart, Stage};

use crate::load::{Arrivals, JudgedPair, Telling, Tower};
use crate::{EngineError, Host, ModelFiles, Session};

impl<B: Backend, H: Host, F: ModelFiles> Session<B, H, F> {
    /// One step of what can wait: at most 4 MiB of the vision tower, then a breath. Returns whether more waits. A host calls it
    /// while it has no command; one that never does loses nothing but time, since a question that needs the tower brings it.
    ///
    /// Told of the job that loaded the model: [`Event::Loading`], and at the end [`Event::VisionReady`] or
    /// [`Event::VisionFailed`]. Where the machine was lost, the model comes back with the next question.
    pub async fn advance(&mut self) -> bool {
        match self.resident.tower.step(&mut self.backend).await {
            Ok(None) => false,
            Ok(Some(come)) => {
                let telling = Telling::Loading(ModelPart::Vision);
                Arrivals::new(&self.host, self.load_job, telling, come.n_total).tell(come.n_done);
                let is_ready = self.resident.tower.ready().is_some();
                if is_ready {
                    self.vision_is_ready();
                }
                self.host.breathe().await;
                !is_ready
            }
            Err(error) => {
                self.vision_failed(error);
                false
            }
        }
    }

    /// Brings the rest of the tower while a job waits; from the beginning where it failed before. A stop ends the wait, and what
    /// has come stays.
    pub(crate) async fn bring_vision(&mut self, job: JobId) -> Result<(), EngineError> {
        match self.bring_rest(job).await {
            Ok(()) => {
                self.vision_is_ready();
                Ok(())
            }
            Err(EngineError::Stopped) => Err(EngineError::Stopped),
            // The job continues when the model is on a new machine.
            Err(error) if error.loss().is_some() => Err(error),
            Err(error) => Err(self.vision_failed(error)),
        }
    }

    async fn bring_rest(&mut self, job: JobId) -> Result<(), EngineError> {
        if let Tower::Absent = self.resident.tower {
            let files = self.files.as_ref().ok_or(EngineError::NoModel)?;
            self.resident.tower = JudgedPair::open(&self.host, files.open().await?).await?.into_tower();
        }
        let Some(come) = self.resident.tower.come() else { return Ok(()) };
        let telling = Telling::Waiting(Stage::VisionLoading);
        let arrivals = Arrivals::new(&self.host, job, telling, come.n_total);
        arrivals.note(come.n_done).await?;
        while let Some(come) = self.resident.tower.step(&mut self.backend).await? {
            match self.resident.tower.ready() {
                // A stop that comes with the last piece is the answer's to see.
                Some(_) => arrivals.tell(come.n_done),
                None => arrivals.note(come.n_done).await?,
            }
        }
        Ok(())
    }

    /// Tells that the tower is in place.
    pub(crate) fn vision_is_ready(&mut self) {
        let Some(model) = &mut self.resident.model else { return };
        model.info.heap_bytes = self.host.heap_bytes();
        let load_secs = self.host.now_secs() - model.started_secs;
        let model = ModelInfo { load_secs, ..model.info.clone() };
        self.host.emit(Event::VisionReady { job: self.load_job, model });
    }

    /// Tells that the tower did not come, and why as an error.
    fn vision_failed(&mut self, error: EngineError) -> EngineError {
        if let Some(why) = error.loss() {
            self.note_loss(why.to_owned());
        }
        let culprit = match error {
            EngineError::Source(_) | EngineError::Header { .. } => Culprit::File,
            _ => Culprit::Machine,
        };
        let error = EngineError::Vision { error: Box::new(error) };
        let failure = error.to_failure();
        self.host.emit(Event::VisionFailed { job: self.load_job, culprit, failure });
        error
    }
}
