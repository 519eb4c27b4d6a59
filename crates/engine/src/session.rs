use model::backend::Backend;
use protocol::{
    Command, EndOfAnswer, Event, ImageId, ImageInfo, JobId, ModelInfo, Question, Settings, Timings,
};

use crate::answer::Asking;
use crate::benchmark::Benchmark;
use crate::conversation::Conversation;
use crate::images::Images;
use crate::load::JudgedPair;
use crate::{ByteSource, EngineError, Host, LoadedModel};

/// What travels beside a command.
#[derive(Debug)]
pub enum Attachment<S> {
    /// Nothing.
    None,
    /// The file of an image.
    Bytes(Vec<u8>),
    /// The files of a model.
    Sources(Vec<S>),
}

impl<S> Attachment<S> {
    fn what(&self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Bytes(_) => "bytes",
            Self::Sources(_) => "files",
        }
    }
}

/// A model, the images that are open, the conversation about them, and the benchmark that is open beside it.
#[derive(Debug)]
pub struct Session<B: Backend, H> {
    backend: B,
    host: H,
    model: Option<LoadedModel<B>>,
    images: Images<B>,
    conversation: Conversation<B>,
    benchmark: Benchmark<B>,
}

impl<B: Backend, H: Host> Session<B, H> {
    /// No model, no image.
    pub fn new(backend: B, host: H) -> Self {
        Self {
            backend,
            host,
            model: None,
            images: Images::default(),
            conversation: Conversation::default(),
            benchmark: Benchmark::default(),
        }
    }

    /// What the session runs in.
    pub fn host(&self) -> &H {
        &self.host
    }

    /// Carries out one command. Events go to the host; a job that fails ends with [`Event::Failed`] and changes nothing,
    /// but for a model whose weights stop coming: the one before it is gone by then.
    ///
    /// [`Command::Stop`] is the host's: it must get through while another command runs.
    pub async fn handle<S: ByteSource>(&mut self, command: Command, attachment: Attachment<S>) {
        match command {
            Command::LoadModel { job, .. } => {
                let loaded = self.load(job, attachment).await;
                self.end(job, loaded.map(|model| (Event::ModelReady { job, model }, None)));
            }
            Command::OpenImage { job, image, name } => {
                let opened = self.open_image(image, &name, attachment);
                self.end(job, opened.map(|(image, rgba)| (Event::ImageReady { job, image }, Some(rgba))));
            }
            Command::CloseImage { image } => self.images.close(image),
            Command::Ask { job, question, settings } => {
                let asked = self.ask(job, question, &settings).await;
                self.end(job, asked.map(|(end, timings)| (Event::Answered { job, end, timings }, None)));
            }
            Command::Stop { .. }
            | Command::LoseDevice
            | Command::ChooseBackend { .. }
            | Command::SetProfiling { .. } => {}
            Command::NewConversation => self.conversation.turns.clear(),
            Command::OpenBenchmark { job, data } => {
                let opened = self.benchmark.open(&self.host, job, data).await;
                let event = |(data, questions)| (Event::BenchmarkOpened { job, data, questions }, None);
                self.end(job, opened.map(event));
            }
            Command::AnswerBenchmark { job, number, settings } => {
                let (backend, model) = (&mut self.backend, self.model.as_ref());
                let answered = self.benchmark.answer(backend, &self.host, model, job, number, settings).await;
                self.end(job, answered.map(|reply| (Event::BenchmarkAnswered { job, number, reply }, None)));
            }
            Command::ShowBenchmarkImage { job, number } => {
                let picture = self.benchmark.picture(number);
                self.end(
                    job,
                    picture.map(|(width_px, height_px, rgba)| {
                        (Event::BenchmarkImage { job, number, width_px, height_px }, Some(rgba))
                    }),
                );
            }
        }
    }

    /// Tells how a job ended, with what travels beside that.
    fn end(&self, job: JobId, ended: Result<(Event, Option<Vec<u8>>), EngineError>) {
        let (event, bulk) =
            ended.unwrap_or_else(|error| (Event::Failed { job, failure: error.to_failure() }, None));
        self.host.emit(event, bulk);
    }

    fn open_image<S>(
        &mut self,
        image: ImageId,
        name: &str,
        attachment: Attachment<S>,
    ) -> Result<(ImageInfo, Vec<u8>), EngineError> {
        match attachment {
            Attachment::Bytes(bytes) => self.images.open(image, name, &bytes),
            other => Err(EngineError::Attachment { command: "open image", found: other.what() }),
        }
    }

    async fn ask(
        &mut self,
        job: JobId,
        question: Question,
        settings: &Settings,
    ) -> Result<(EndOfAnswer, Timings), EngineError> {
        let mut asking = Asking {
            backend: &mut self.backend,
            host: &self.host,
            model: self.model.as_ref().ok_or(EngineError::NoModel)?,
            images: &mut self.images,
            conversation: &mut self.conversation,
            job,
            timings: Timings::default(),
        };
        asking.answer(question, settings).await
    }

    async fn load<S: ByteSource>(
        &mut self,
        job: JobId,
        attachment: Attachment<S>,
    ) -> Result<ModelInfo, EngineError> {
        let Attachment::Sources(sources) = attachment else {
            return Err(EngineError::Attachment { command: "load model", found: attachment.what() });
        };
        let pair = JudgedPair::open(&self.host, sources).await?;
        // Two models at once may not fit the machine: the old one goes once the new one is known to be good.
        self.model = None;
        self.images.forget_encodings();
        self.conversation = Conversation::default();
        self.benchmark.forget_model();
        let model = pair.load(&mut self.backend, &self.host, job).await?;
        let info = model.info.clone();
        self.model = Some(model);
        Ok(info)
    }
}
