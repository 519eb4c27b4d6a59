//! A session and its machine: a model comes to it, is lost with it, and moves to another one.

use model::backend::{Backend, BackendError};
use protocol::{Event, JobId, ModelInfo, ModelPart, Speed, Stage};

use crate::load::{Arrivals, JudgedPair, Telling};
use crate::measure::measure;
use crate::resident::Resident;
use crate::{EngineError, Host, ModelFiles, Session, Work};

/// How much of a model is on the machine before a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// What answers without an image. The tower is on its way then.
    Text,
    /// The tower too.
    Whole,
}

/// How weights come that were asked for.
const ASKED_FOR: Telling = Telling::Loading(ModelPart::Text);
/// How they come back while a job waits.
const RELOADING: Telling = Telling::Waiting(Stage::Reloading);

impl<B: Backend, H: Host, F: ModelFiles> Session<B, H, F> {
    /// Loads another model; conversation and memory begin again. Once this returns, text can be answered. The vision tower comes
    /// while nothing else is to do, by [`Session::advance`], or when a question needs it.
    ///
    /// # Errors
    /// If a file cannot be read, is malformed or belongs to another kind of model, the previous model stays. If the machine fails or
    /// the weights stop coming after that, no model is loaded: two may not fit the machine, so the previous one is gone by then.
    pub async fn load(&mut self, job: JobId, files: F) -> Result<ModelInfo, EngineError> {
        let pair = JudgedPair::open(&self.host, files.open().await?).await?;
        // Two models at once may not fit the machine: the old one goes once the new one is known to be good.
        self.resident = Resident::default();
        self.files = None;
        self.lost = None;
        self.conversation.turns.clear();
        let info = self.fill(job, &files, pair, Extent::Text).await?;
        (self.files, self.load_job) = (Some(files), job);
        Ok(info)
    }

    /// Brings the model at hand to a machine that has none, with [`Event::Loading`] and [`Event::VisionReady`]; `None` without a
    /// model. Where that fails, the model stays at hand: it is tried again when it is needed, or on another machine.
    ///
    /// Both parts are in place at the end, unlike after loading: a machine without room for the whole model must be found out
    /// before the move counts as done, while another one has it.
    ///
    /// # Errors
    /// As for loading a model.
    pub async fn reload(&mut self, job: JobId) -> Result<Option<ModelInfo>, EngineError> {
        let Some(files) = self.files.take() else { return Ok(None) };
        self.resident = Resident::default();
        self.load_job = job;
        let filled = async {
            let pair = JudgedPair::open(&self.host, files.open().await?).await?;
            self.fill(job, &files, pair, Extent::Whole).await
        };
        let filled = filled.await;
        self.files = Some(files);
        self.lost = filled.as_ref().err().map(ToString::to_string);
        filled?;
        self.vision_is_ready();
        Ok(self.model().cloned())
    }

    /// Streams a model to the machine, and once more where that is lost meanwhile.
    async fn fill(
        &mut self,
        job: JobId,
        files: &F,
        pair: JudgedPair<B, F::Source>,
        extent: Extent,
    ) -> Result<ModelInfo, EngineError> {
        let mut placed = self.place(job, pair, ASKED_FOR, extent).await;
        if let Err(error) = &placed
            && let Some(why) = error.loss()
        {
            self.host.emit(Event::Rebuilding { job, why: why.to_owned() });
            placed = self.place_anew(job, files, ASKED_FOR, extent).await;
        }
        placed
    }

    /// Opens the machine again and loads from the beginning.
    async fn place_anew(
        &mut self,
        job: JobId,
        files: &F,
        telling: Telling,
        extent: Extent,
    ) -> Result<ModelInfo, EngineError> {
        self.backend.reopen().await?;
        self.backend.set_profiling(self.is_profiling);
        let pair = JudgedPair::open(&self.host, files.open().await?).await?;
        self.place(job, pair, telling, extent).await
    }

    /// Streams a model to the machine; where that fails, nothing of it stays there.
    async fn place(
        &mut self,
        job: JobId,
        pair: JudgedPair<B, F::Source>,
        telling: Telling,
        extent: Extent,
    ) -> Result<ModelInfo, EngineError> {
        self.resident = Resident::default();
        let (text, mut tower) = pair.load_text(&mut self.backend, &self.host, job, telling).await?;
        if let (Extent::Whole, Some(come)) = (extent, tower.come()) {
            let telling = Telling::Loading(ModelPart::Vision);
            let arrivals = Arrivals::new(&self.host, job, telling, come.n_total);
            while let Some(come) = tower.step(&mut self.backend).await? {
                arrivals.note(come.n_done).await?;
            }
        }
        let info = text.info.clone();
        self.resident.model = Some(text);
        self.resident.tower = tower;
        Ok(info)
    }

    /// Does work that needs the model. Where the machine is lost meanwhile, or was before, the model is brought to a new one and
    /// the work continues; once in a job.
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
                Some(why) => self.note_loss(why.to_owned()),
                None => return done,
            }
        }
    }

    /// The machine is lost, with all that was on it; the model comes back when it is needed.
    pub(crate) fn note_loss(&mut self, why: String) {
        self.lost = self.files.as_ref().map(|_| why);
        self.resident = Resident::default();
    }

    /// Brings the model at hand to a new machine while a job waits: its text part, then the tower as after loading. A stop ends
    /// that; the model comes back when it is needed.
    async fn rebuild(&mut self, job: JobId, why: String) -> Result<(), EngineError> {
        let Some(files) = self.files.take() else { return Err(EngineError::NoModel) };
        self.host.emit(Event::Rebuilding { job, why: why.clone() });
        let placed = self.place_anew(job, &files, RELOADING, Extent::Text).await;
        self.files = Some(files);
        match placed {
            Ok(_) => {
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
            load_job: self.load_job,
            images: self.images,
            conversation: self.conversation,
            benchmark: self.benchmark,
            is_profiling: self.is_profiling,
            speed: None,
        };
        (session, self.backend)
    }

    /// Measures the machine; see [`measure`]. A lost machine is opened again first, and the model comes back when it is needed.
    ///
    /// # Errors
    /// When the machine fails.
    pub async fn measure(&mut self) -> Result<Speed, BackendError> {
        let mut measured = measure(&mut self.backend, &self.host).await;
        if let Err(BackendError::Lost { message, .. }) = &measured {
            self.note_loss(message.clone());
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

    /// Times every kernel of the answers that follow, or no longer.
    pub async fn set_profiling(&mut self, on: bool) {
        if on && self.speed.is_none() {
            // What the kernels are compared with. Where it cannot be had, the profile does without.
            let _ = self.measure().await;
        }
        self.is_profiling = on;
        self.backend.set_profiling(on);
    }
}
