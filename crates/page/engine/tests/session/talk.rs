//! A session to talk to, and what it said.

use std::rc::Rc;

use engine::{MemorySource, ModelFiles, Session};
use model::backend::Backend;
use protocol::{
    Command, EndOfAnswer, Event, Failure, ImageId, ImageInfo, JobId, ModelInfo, ModelSource, Question,
    Settings, Timings, Turns,
};

use crate::commands::{Attachment, carry_out};
use crate::files::{Pair, read};
use crate::host::{Scripted, StopAt};

/// A session, driven command by command.
pub(crate) struct Talk<B: Backend, F: ModelFiles = Vec<MemorySource>> {
    pub(crate) session: Session<B, Rc<Scripted>, F>,
    pub(crate) host: Rc<Scripted>,
    n_jobs: u32,
    /// That loaded the model: its tower is told of this one, whatever job is at work.
    load_job: JobId,
    /// What was told of the tower since this was last taken.
    pub(crate) of_vision: Vec<Event>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) end: EndOfAnswer,
    pub(crate) timings: Timings,
    /// Without times, which a fake clock makes up.
    pub(crate) events: Vec<Event>,
}

impl Answer {
    /// What must not depend on how it was computed.
    pub(crate) fn said(&self) -> (&str, EndOfAnswer, u32) {
        (&self.text, self.end, self.timings.n_answer_tokens)
    }
}

/// Twelve tokens, greedy, with the conversation so far: enough to tell two computations apart.
pub(crate) fn follow_up() -> Settings {
    Settings { max_answer_tokens: 12, ..Settings::default() }
}

/// Twelve tokens, greedy, without the conversation so far.
pub(crate) fn single() -> Settings {
    Settings { turns: Turns::Single, ..follow_up() }
}

impl<B: Backend> Talk<B> {
    pub(crate) fn with(backend: B, pair: Pair) -> Self {
        let mut talk = Self::new(backend);
        talk.load(pair.sources()).unwrap();
        talk
    }
}

impl<B: Backend, F: ModelFiles> Talk<B, F> {
    /// No model yet.
    pub(crate) fn new(backend: B) -> Self {
        Self::at(backend, Scripted::default())
    }

    /// No model yet, and this host.
    pub(crate) fn at(backend: B, host: Scripted) -> Self {
        let host = Rc::new(host);
        let session = Session::new(backend, Rc::clone(&host));
        Self { session, host, n_jobs: 0, load_job: JobId(0), of_vision: Vec::new() }
    }

    /// On another machine, the model not loaded there.
    pub(crate) fn onto<B2: Backend>(self, backend: B2) -> Talk<B2, F> {
        let (session, _) = self.session.onto(backend);
        let Self { host, n_jobs, load_job, of_vision, .. } = self;
        Talk { session, host, n_jobs, load_job, of_vision }
    }

    /// The job of the next command.
    pub(crate) fn next_job(&self) -> JobId {
        JobId(self.n_jobs + 1)
    }

    /// Stops the next job there.
    pub(crate) fn stop_next(&mut self, at: StopAt) -> &mut Self {
        self.host.stop(self.next_job(), at);
        self
    }

    /// Sends a command. Every event but the last is of the command's job, and exactly one ends it. How the tower fared is kept
    /// apart.
    pub(crate) fn send(
        &mut self,
        command: impl FnOnce(JobId) -> Command,
        attachment: Attachment<F>,
    ) -> Vec<Event> {
        let job = self.next_job();
        self.n_jobs += 1;
        let command = command(job);
        let is_load = matches!(command, Command::LoadModel { .. });
        pollster::block_on(carry_out(&mut self.session, command, attachment));
        let events = self.take_events();
        if is_load && matches!(events.last(), Some(Event::ModelReady { .. })) {
            self.load_job = job;
        }
        for (i, event) in events.iter().enumerate() {
            assert_eq!(job_of(event), job, "{event:?}");
            assert_eq!(ends(event), i + 1 == events.len(), "{events:?}");
        }
        assert!(!events.is_empty(), "the job did not end");
        events
    }

    fn take_events(&mut self) -> Vec<Event> {
        let is_of_vision = |e: &Event| matches!(e, Event::VisionReady { .. } | Event::VisionFailed { .. });
        let (of_vision, events) = self.host.take_events().into_iter().partition::<Vec<_>, _>(is_of_vision);
        assert!(of_vision.iter().all(|event| job_of(event) == self.load_job), "{of_vision:?}");
        self.of_vision.extend(of_vision);
        events
    }

    /// Loads a model, and waits until its tower is there too.
    pub(crate) fn load(&mut self, files: F) -> Result<(ModelInfo, Vec<Event>), (Failure, Vec<Event>)> {
        let (model, mut events) = self.load_text(files)?;
        events.extend(self.idle());
        match self.of_vision.pop() {
            Some(Event::VisionReady { .. }) => Ok((model, events)),
            Some(Event::VisionFailed { failure, .. }) => Err((failure, events)),
            other => panic!("{other:?}"),
        }
    }

    /// Loads a model until it answers text.
    pub(crate) fn load_text(&mut self, files: F) -> Result<(ModelInfo, Vec<Event>), (Failure, Vec<Event>)> {
        let source = ModelSource::Files { names: Vec::new() };
        let mut events = self.send(|job| Command::LoadModel { job, source }, Attachment::Files(files));
        match events.pop() {
            Some(Event::ModelReady { model, .. }) => Ok((model, events)),
            Some(Event::Failed { failure, .. }) => Err((failure, events)),
            other => panic!("{other:?}"),
        }
    }

    /// One step of what can wait: whether more does, and what was told.
    pub(crate) fn advance(&mut self) -> (bool, Vec<Event>) {
        let more = pollster::block_on(self.session.advance());
        let events = self.take_events();
        assert!(events.iter().all(|event| job_of(event) == self.load_job), "{events:?}");
        (more, events)
    }

    /// Nothing is to do until nothing waits.
    pub(crate) fn idle(&mut self) -> Vec<Event> {
        let mut all = Vec::new();
        loop {
            let (more, events) = self.advance();
            all.extend(events);
            if !more {
                return all;
            }
        }
    }

    /// Opens an image under this number.
    pub(crate) fn open(&mut self, image: u32, path: &str) -> ImageInfo {
        self.open_bytes(image, path, read(path)).unwrap()
    }

    pub(crate) fn open_bytes(
        &mut self,
        image: u32,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<ImageInfo, Failure> {
        let command = |job| Command::OpenImage { job, image: ImageId(image), name: name.into() };
        match self.send(command, Attachment::Bytes(bytes)).as_slice() {
            [Event::ImageReady { image, .. }] => Ok(image.clone()),
            [Event::Failed { failure, .. }] => Err(failure.clone()),
            other => panic!("{other:?}"),
        }
    }

    /// A command that has no job and tells nothing.
    pub(crate) fn tell(&mut self, command: Command) {
        pollster::block_on(carry_out(&mut self.session, command, Attachment::None));
        assert_eq!(self.host.take_events(), []);
    }

    pub(crate) fn ask(&mut self, text: &str, images: &[u32], settings: &Settings) -> Answer {
        self.try_ask(text, images, settings).unwrap_or_else(|f| panic!("{f:?}"))
    }

    pub(crate) fn try_ask(
        &mut self,
        text: &str,
        images: &[u32],
        settings: &Settings,
    ) -> Result<Answer, Failure> {
        let question = Question { text: text.into(), images: images.iter().map(|i| ImageId(*i)).collect() };
        let settings = settings.clone();
        let mut events = self.send(|job| Command::Ask { job, question, settings }, Attachment::None);
        let mut text = String::new();
        for event in &mut events {
            match event {
                Event::Answer { text: piece, .. } => text.push_str(piece),
                Event::Progress { elapsed_secs, .. } => *elapsed_secs = 0.0,
                _ => {}
            }
        }
        match events.pop() {
            Some(Event::Answered { end, timings, .. }) => Ok(Answer { text, end, timings, events }),
            Some(Event::Failed { failure, .. }) => Err(failure),
            other => panic!("{other:?}"),
        }
    }
}

fn job_of(event: &Event) -> JobId {
    match event {
        Event::Started => panic!("only a worker starts"),
        Event::Loading { job, .. }
        | Event::ModelReady { job, .. }
        | Event::VisionReady { job, .. }
        | Event::VisionFailed { job, .. }
        | Event::BackendChosen { job, .. }
        | Event::Rebuilding { job, .. }
        | Event::Profile { job, .. }
        | Event::ImageReady { job, .. }
        | Event::Progress { job, .. }
        | Event::Answer { job, .. }
        | Event::Answered { job, .. }
        | Event::BenchmarkIndexing { job, .. }
        | Event::BenchmarkOpened { job, .. }
        | Event::RunsListed { job, .. }
        | Event::RunKept { job }
        | Event::RunRead { job, .. }
        | Event::RunWritten { job, .. }
        | Event::RunAnalysed { job, .. }
        | Event::BenchmarkAnswered { job, .. }
        | Event::BenchmarkImage { job, .. }
        | Event::Failed { job, .. } => *job,
    }
}

fn ends(event: &Event) -> bool {
    !matches!(
        event,
        Event::Loading { .. }
            | Event::Rebuilding { .. }
            | Event::Progress { .. }
            | Event::Answer { .. }
            | Event::Profile { .. }
            | Event::BenchmarkIndexing { .. }
    )
}
