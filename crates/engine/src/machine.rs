//! A session and its machine: a model comes to it, is lost with it, and moves to another one.

use model::backend::{Backend, BackendError};
use protocol::{Event, JobId, ModelInfo, Speed};

use crate::load::{JudgedPair, Telling};
use crate::measure::measure;
use crate::resident::Resident;
use crate::{Attachment, EngineError, Host, LoadedModel, ModelFiles, Session, Work};

impl<B: Backend, H: Host, F: ModelFiles> Session<B, H, F> {
    /// Loads another model; conversation and memory begin anew.
    pub(crate) async fn load(
        &mut self,
        job: JobId,
        attachment: Attachment<F>,
    ) -> Result<ModelInfo, EngineError> {
        let Attachment::Files(files) = attachment else {
            return Err(EngineError::Attachment { command: "load model", found: attachment.what() });
        };
        let pair = JudgedPair::open(&self.host, files.open().await?).await?;
        // Two models at once may not fit the machine: the old one goes once the new one is known to be good.
        self.resident = Resident::default();
        self.files = None;
        self.lost = None;
        self.conversation.turns.clear();
        let info = self.fill(job, &files, pair).await?;
        self.files = Some(files);
        Ok(info)
    }

    /// Brings the model at hand to a machine that has none, with [`Event::Loading`]; `None` without a model. Where that fails,
    /// the model stays at hand: it is tried again when it is needed, or on another machine.
    ///
    /// # Errors
    /// As for loading a model.
    pub async fn reload(&mut self, job: JobId) -> Result<Option<ModelInfo>, EngineError> {
        let Some(files) = self.files.take() else { return Ok(None) };
        self.resident = Resident::default();
        let filled = async {
            let pair = JudgedPair::open(&self.host, files.open().await?).await?;
            self.fill(job, &files, pair).await
        };
        let filled = filled.await;
        self.files = Some(files);
        self.lost = filled.as_ref().err().map(ToString::to_string);
        filled.map(Some)
    }

    /// Streams a model to the machine, and once more where that is lost meanwhile.
    async fn fill(
        &mut self,
        job: JobId,
        files: &F,
        pair: JudgedPair<B, F::Source>,
    ) -> Result<ModelInfo, EngineError> {
        let mut loaded = pair.load(&mut self.backend, &self.host, job, Telling::Loading).await;
        if let Err(error) = &loaded
            && let Some(why) = error.loss()
        {
            self.host.emit(Event::Rebuilding { job, why: why.to_owned() }, None);
            loaded = self.load_anew(job, files, Telling::Loading).await;
        }
        let model = loaded?;
        let info = model.info.clone();
        self.resident.model = Some(model);
        Ok(info)
    }

    /// Opens the machine anew and loads from the beginning.
    async fn load_anew(
        &mut self,
        job: JobId,
        files: &F,
        telling: Telling,
    ) -> Result<LoadedModel<B>, EngineError> {
        self.backend.reopen().await?;
        self.backend.set_profiling(self.is_profiling);
        let pair = JudgedPair::open(&self.host, files.open().await?).await?;
        pair.load(&mut self.backend, &self.host, job, telling).await
    }

    /// Does work that needs the model. Where the machine is lost meanwhile, or was before, the model is brought to a new one and
    /// the work goes on; once in a job.
    pub(crate) async fn with_model<T>(
        &mut self,
        job: JobId,
        mut work: impl AsyncFnMut(&mut Self) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut is_rebuilt = false;
        loop {
            if let Some(why) = self.lost.clone() {
                if is_rebuilt {
                    return Err(EngineError::LostAgain { why });
                }
                self.rebuild(job, why).await?;
                is_rebuilt = true;
            }
            let done = work(self).await;
            match done.as_ref().err().and_then(EngineError::loss) {
                Some(why) => {
                    self.lost = Some(why.to_owned());
                    self.resident = Resident::default();
                }
                None => return done,
            }
        }
    }

    /// Brings the model at hand to a new machine while a job waits. A stop ends that; the model comes back when it is needed.
    async fn rebuild(&mut self, job: JobId, why: String) -> Result<(), EngineError> {
        let Some(files) = self.files.take() else { return Err(EngineError::NoModel) };
        self.host.emit(Event::Rebuilding { job, why: why.clone() }, None);
        let loaded = self.load_anew(job, &files, Telling::Reloading).await;
        self.files = Some(files);
        match loaded {
            Ok(model) => {
                self.resident.model = Some(model);
                self.lost = None;
                Ok(())
            }
            Err(EngineError::Stopped) => Err(EngineError::Stopped),
            Err(error) => Err(EngineError::NotRebuilt { why, error: Box::new(error) }),
        }
    }

    /// The same session on another machine, and the machine it was on. Images, turns, benchmark and the model's files go with it;
    /// the model itself is brought there by [`reload`](Session::reload).
    pub fn onto<B2: Backend>(self, mut backend: B2) -> (Session<B2, H, F>, B) {
        backend.set_profiling(self.is_profiling);
        let session = Session {
            backend,
            host: self.host,
            resident: Resident::default(),
            lost: self.files.as_ref().map(|_| "the model moves to another machine".to_owned()),
            files: self.files,
            images: self.images,
            conversation: self.conversation,
            benchmark: self.benchmark,
            is_profiling: self.is_profiling,
            speed: None,
        };
        (session, self.backend)
    }

    /// Measures the machine; see [`measure`]. One that was lost is opened anew for it, and the model comes back when it is needed.
    ///
    /// # Errors
    /// When the machine fails.
    pub async fn measure(&mut self) -> Result<Speed, BackendError> {
        let mut measured = measure(&mut self.backend, &self.host).await;
        if let Err(BackendError::Lost { message, .. }) = &measured {
            self.resident = Resident::default();
            self.lost = self.files.as_ref().map(|_| message.clone());
            self.backend.reopen().await?;
            self.backend.set_profiling(self.is_profiling);
            measured = measure(&mut self.backend, &self.host).await;
        }
        let speed = measured?;
        self.speed = Some(speed);
        Ok(speed)
    }

    /// What a typical question costs: of the model at hand, else of the one that comes with the page.
    pub fn work(&self) -> Work {
        self.resident.model.as_ref().map_or(Work::BUNDLED, |model| model.work)
    }

    /// What the model at hand is, where it is on the machine.
    pub fn model(&self) -> Option<&ModelInfo> {
        self.resident.model.as_ref().map(|model| &model.info)
    }

    pub(crate) async fn set_profiling(&mut self, on: bool) {
        if on && self.speed.is_none() {
            // What the kernels are compared with. Where it cannot be had, the profile does without.
            let _ = self.measure().await;
        }
        self.is_profiling = on;
        self.backend.set_profiling(on);
    }
}
