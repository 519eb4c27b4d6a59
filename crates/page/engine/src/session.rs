use model::backend::Backend;
use protocol::{EndOfAnswer, Event, ImageId, ImageInfo, JobId, Question, Settings, Speed, Timings};

use crate::answer::{Answering, Asking};
use crate::benchmark::{Benchmark, Data, OpenedDataSet, Preview};
use crate::conversation::Conversation;
use crate::images::Images;
use crate::profile::profile;
use crate::resident::Resident;
use crate::{EngineError, Host, ModelFiles};

/// A model, the images that are open, the conversation about them, and the benchmark that is open beside it.
///
/// What the machine holds is apart from what makes it: files, pixels and turns outlive a machine that is lost, and move to
/// another one.
#[derive(Debug)]
pub struct Session<B: Backend, H, F: ModelFiles> {
    pub(crate) backend: B,
    pub(crate) host: H,
    pub(crate) resident: Resident<B, F::Source>,
    /// Of the model at hand; `None` without one.
    pub(crate) files: Option<F>,
    /// The job that loaded that model or moved it here. Later events of its vision tower carry this job.
    pub(crate) load_job: JobId,
    /// Why that model is not on the machine; it is brought back when it is needed.
    pub(crate) lost: Option<String>,
    pub(crate) images: Images,
    pub(crate) conversation: Conversation,
    pub(crate) benchmark: Benchmark<F::Source>,
    pub(crate) is_profiling: bool,
    /// As it was measured.
    pub(crate) speed: Option<Speed>,
}

impl<B: Backend, H: Host, F: ModelFiles> Session<B, H, F> {
    /// No model, no image.
    pub fn new(backend: B, host: H) -> Self {
        Self {
            backend,
            host,
            resident: Resident::default(),
            files: None,
            load_job: JobId(0),
            lost: None,
            images: Images::default(),
            conversation: Conversation::default(),
            benchmark: Benchmark::default(),
            is_profiling: false,
            speed: None,
        }
    }

    /// What the session runs in.
    pub fn host(&self) -> &H {
        &self.host
    }

    /// What it runs on.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Decodes an image under a name of the caller's, and returns what was found with the RGBA values of its preview.
    ///
    /// # Errors
    /// If the bytes are not an image that can be read. An image that was open under this name stays.
    pub fn open_image(
        &mut self,
        image: ImageId,
        name: &str,
        bytes: &[u8],
    ) -> Result<(ImageInfo, Vec<u8>), EngineError> {
        let opened = self.images.open(image, name, bytes)?;
        self.prune();
        Ok(opened)
    }

    /// Forgets an image and what was computed from it; an unknown one is not an error.
    pub fn close_image(&mut self, image: ImageId) {
        self.images.close(image);
        self.prune();
    }

    /// Forgets every turn; images and model stay.
    pub fn new_conversation(&mut self) {
        self.conversation.turns.clear();
        self.prune();
    }

    /// Answers a question. The pieces of the answer go to the host. A stop is an end: what was answered until then stands.
    ///
    /// # Errors
    /// If there is no model, the question or a setting cannot be used, or the machine fails; the conversation is unchanged then.
    pub async fn ask(
        &mut self,
        job: JobId,
        question: Question,
        settings: Settings,
    ) -> Result<(EndOfAnswer, Timings), EngineError> {
        let mut answering = Answering::new(job, question, settings)?;
        if self.is_profiling {
            // What ran since the last answer does not belong to this one.
            profile(&mut self.backend, self.speed).await;
        }
        let answered = self.with_model(job, async |session| session.go_on(&mut answering).await).await;
        let end = match answered {
            // The person did not wait for the model to come back.
            Err(EngineError::Stopped) => EndOfAnswer::Stopped,
            answered => answered?,
        };
        let timings = answering.timings;
        answering.remember(&mut self.conversation);
        self.prune();
        if self.is_profiling {
            let profile = profile(&mut self.backend, self.speed).await;
            self.host.emit(Event::Profile { job, profile });
        }
        Ok((end, timings))
    }

    /// Makes a data set's questions ready. A file is read once from front to back to learn where its rows lie, and is not kept in
    /// memory.
    ///
    /// # Errors
    /// If it cannot be read or is not a data set, or the job is stopped; the previous set stays.
    pub async fn open_data(&mut self, job: JobId, data: Data<F>) -> Result<OpenedDataSet, EngineError> {
        self.benchmark.open(&self.host, job, data).await
    }

    /// The image of one question of the open data set, at most [`protocol::MAX_PREVIEW_SIDE_PX`] a side.
    ///
    /// # Errors
    /// If there is no such question, or its image cannot be read.
    pub async fn question_image(&mut self, number: u32) -> Result<Preview, EngineError> {
        self.benchmark.preview(number).await
    }

    async fn go_on(&mut self, answering: &mut Answering) -> Result<EndOfAnswer, EngineError> {
        loop {
            let mut asking = Asking {
                backend: &mut self.backend,
                host: &self.host,
                model: self.resident.model.as_ref().ok_or(EngineError::NoModel)?,
                vision: self.resident.tower.ready(),
                images: &mut self.images,
                conversation: &self.conversation,
                held: &mut self.resident.conversation,
                pace: &mut self.resident.pace,
            };
            if let Some(end) = asking.go_on(answering).await? {
                return Ok(end);
            }
            self.bring_vision(answering.job).await?;
        }
    }

    /// Encodings that nothing will ask for leave the machine.
    fn prune(&mut self) {
        self.resident.conversation.prune(&self.images, &self.conversation);
    }
}
