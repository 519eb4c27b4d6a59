use model::backend::Backend;
use protocol::{Command, EndOfAnswer, Event, ImageId, ImageInfo, JobId, Question, Settings, Speed, Timings};

use crate::answer::{Answering, Asking};
use crate::benchmark::{Benchmark, Opened};
use crate::conversation::Conversation;
use crate::images::Images;
use crate::profile::profile;
use crate::resident::Resident;
use crate::{EngineError, Host, ModelFiles};

/// What travels beside a command.
#[derive(Debug)]
pub enum Attachment<F> {
    /// Nothing.
    None,
    /// The file of an image.
    Bytes(Vec<u8>),
    /// The files of a model, or the one of a data set.
    Files(F),
}

impl<F> Attachment<F> {
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Bytes(_) => "bytes",
            Self::Files(_) => "files",
        }
    }
}

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
    /// The job that brought that model, or that moved it here: what its tower does later is told of this job.
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

    /// Carries out one command. Events go to the host; a job that fails ends with [`Event::Failed`] and changes nothing,
    /// but for a model whose weights stop coming: the one before it is gone by then.
    ///
    /// [`Command::Stop`] and [`Command::LoseDevice`] are the host's: they must get through while another command runs.
    /// [`Command::ChooseBackend`] is carried out by whoever holds the machines, with [`Session::onto`], and [`Command::Runs`] by
    /// whoever keeps runs.
    ///
    /// A model that was loaded answers text from then on; its vision tower comes while nothing else is to do, by
    /// [`Session::advance`], or when a question needs it.
    pub async fn handle(&mut self, command: Command, attachment: Attachment<F>) {
        match command {
            Command::ChooseBackend { job, .. } => self.end(job, Err(EngineError::OneMachine)),
            Command::LoadModel { job, .. } => {
                let loaded = self.load(job, attachment).await;
                self.end(job, loaded.map(|model| (Event::ModelReady { job, model }, None)));
            }
            Command::OpenImage { job, image, name } => {
                let opened = self.open_image(image, &name, attachment);
                self.end(job, opened.map(|(image, rgba)| (Event::ImageReady { job, image }, Some(rgba))));
            }
            Command::CloseImage { image } => {
                self.images.close(image);
                self.prune();
            }
            Command::Ask { job, question, settings } => {
                let asked = self.ask(job, question, settings).await;
                self.end(job, asked.map(|(end, timings)| (Event::Answered { job, end, timings }, None)));
            }
            Command::Stop { .. } | Command::LoseDevice | Command::Runs { .. } => {}
            Command::NewConversation => {
                self.conversation.turns.clear();
                self.prune();
            }
            Command::OpenBenchmark { job, data } => {
                let opened = self.benchmark.open(&self.host, job, data, attachment).await;
                let event = |Opened { data, questions, problems, n_problems }| {
                    let fingerprint = bench::fingerprint(&questions);
                    Event::BenchmarkOpened { job, data, questions, fingerprint, problems, n_problems }
                };
                self.end(job, opened.map(|opened| (event(opened), None)));
            }
            Command::AnswerBenchmark { job, number, settings } => {
                let answered = self.answer_benchmark(job, number, settings).await;
                self.end(job, answered.map(|reply| (Event::BenchmarkAnswered { job, number, reply }, None)));
            }
            Command::ShowBenchmarkImage { job, number } => {
                let picture = self.benchmark.picture(number).await;
                self.end(
                    job,
                    picture.map(|(width_px, height_px, rgba)| {
                        (Event::BenchmarkImage { job, number, width_px, height_px }, Some(rgba))
                    }),
                );
            }
            Command::SetProfiling { on } => self.set_profiling(on).await,
        }
    }

    /// Tells how a job ended, with what travels beside that.
    fn end(&self, job: JobId, ended: Result<(Event, Option<Vec<u8>>), EngineError>) {
        let (event, bulk) =
            ended.unwrap_or_else(|error| (Event::Failed { job, failure: error.to_failure() }, None));
        self.host.emit(event, bulk);
    }

    fn open_image(
        &mut self,
        image: ImageId,
        name: &str,
        attachment: Attachment<F>,
    ) -> Result<(ImageInfo, Vec<u8>), EngineError> {
        let Attachment::Bytes(bytes) = attachment else {
            return Err(EngineError::Attachment { command: "open image", found: attachment.what() });
        };
        let opened = self.images.open(image, name, &bytes)?;
        self.prune();
        Ok(opened)
    }

    async fn ask(
        &mut self,
        job: JobId,
        question: Question,
        settings: Settings,
    ) -> Result<(EndOfAnswer, Timings), EngineError> {
        let mut answering = Answering::new(job, question, settings)?;
        if self.is_profiling {
            // What ran since the last answer is not of this one.
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
            self.host.emit(Event::Profile { job, profile }, None);
        }
        Ok((end, timings))
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
