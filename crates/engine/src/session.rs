use model::backend::Backend;
use protocol::{Command, Event, JobId, Timings};

use crate::answer::Asking;
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

/// A model, the images that are open, and the conversation about them.
#[derive(Debug)]
pub struct Session<B: Backend, H> {
    backend: B,
    host: H,
    model: Option<LoadedModel<B>>,
    images: Images<B>,
    conversation: Conversation<B>,
}

impl<B: Backend, H: Host> Session<B, H> {
    /// No model, no image.
    pub fn new(backend: B, host: H) -> Self {
        Self { backend, host, model: None, images: Images::default(), conversation: Conversation::default() }
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
        let failed = match command {
            Command::LoadModel { job, .. } => self.load(job, attachment).await.err().map(|e| (job, e)),
            Command::OpenImage { job, image, name } => {
                let opened = match attachment {
                    Attachment::Bytes(bytes) => self.images.open(image, &name, &bytes),
                    other => Err(EngineError::Attachment { command: "open image", found: other.what() }),
                };
                match opened {
                    Ok((image, rgba)) => {
                        self.host.emit(Event::ImageReady { job, image }, Some(rgba));
                        None
                    }
                    Err(error) => Some((job, error)),
                }
            }
            Command::CloseImage { image } => {
                self.images.close(image);
                None
            }
            Command::Ask { job, question, settings } => {
                let asked = match &self.model {
                    None => Err(EngineError::NoModel),
                    Some(model) => {
                        let mut asking = Asking {
                            backend: &mut self.backend,
                            host: &self.host,
                            model,
                            images: &mut self.images,
                            conversation: &mut self.conversation,
                            job,
                            timings: Timings::default(),
                        };
                        asking.answer(question, &settings).await
                    }
                };
                match asked {
                    Ok((end, timings)) => {
                        self.host.emit(Event::Answered { job, end, timings }, None);
                        None
                    }
                    Err(error) => Some((job, error)),
                }
            }
            Command::Stop { .. } => None,
            Command::NewConversation => {
                self.conversation.turns.clear();
                None
            }
        };
        if let Some((job, error)) = failed {
            self.host.emit(Event::Failed { job, failure: error.to_failure() }, None);
        }
    }

    async fn load<S: ByteSource>(
        &mut self,
        job: JobId,
        attachment: Attachment<S>,
    ) -> Result<(), EngineError> {
        let Attachment::Sources(sources) = attachment else {
            return Err(EngineError::Attachment { command: "load model", found: attachment.what() });
        };
        let pair = JudgedPair::open(&self.host, sources).await?;
        // Two models at once may not fit the machine: the old one goes once the new one is known to be good.
        self.model = None;
        self.images.forget_encodings();
        self.conversation = Conversation::default();
        let model = pair.load(&mut self.backend, &self.host, job).await?;
        let info = model.info.clone();
        self.model = Some(model);
        self.host.emit(Event::ModelReady { job, model: info }, None);
        Ok(())
    }
}
