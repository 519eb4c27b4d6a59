//! A page without a browser, for tests: what happens goes through [`update`], and what follows is sorted.

use std::ops::{Deref, DerefMut};

use download::Order;
use protocol::{
    BackendKind, Command, EndOfAnswer, Event, Failure, ImageId, ImageInfo, JobId, ModelInfo, Timings, Turns,
};

use super::{ChosenFile, Effect, FileId, Input, ModelAct, Pair, State, TalkAct, update};

/// The state, and what followed that no test has looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Page {
    state: State,
    orders: Vec<Order>,
    others: Vec<Effect>,
}

impl Deref for Page {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Page {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Page {
    /// Takes an input, and gives the commands that follow with the files beside them.
    pub(super) fn tell_with_files(&mut self, input: Input) -> Vec<(Command, Vec<FileId>)> {
        let mut commands = Vec::new();
        for effect in update(&mut self.state, input) {
            match effect {
                Effect::ToWorker(command, files) => commands.push((command, files)),
                Effect::ToDownloader(order) => self.orders.push(order),
                other => self.others.push(other),
            }
        }
        commands
    }

    /// Takes an input, and gives the commands that follow.
    pub(super) fn tell(&mut self, input: Input) -> Vec<Command> {
        self.tell_with_files(input).into_iter().map(|(command, _)| command).collect()
    }

    /// The orders that followed since the last look.
    pub(super) fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// Everything else that followed since the last look.
    pub(super) fn take_others(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.others)
    }
}

pub(super) fn model(name: &str) -> ModelInfo {
    ModelInfo {
        name: name.into(),
        quantisation: "Q8_0".into(),
        backend: "CPU (candle)".into(),
        n_parameters: 6_282_240,
        n_bytes: 7_000_000,
        min_visual_tokens: 4,
        max_visual_tokens: 1280,
        load_secs: 0.4,
        heap_bytes: None,
    }
}

pub(super) fn image(id: ImageId) -> ImageInfo {
    ImageInfo {
        image: id,
        width_px: 140,
        height_px: 140,
        format: "PNG".into(),
        preview_width_px: 140,
        preview_height_px: 140,
    }
}

pub(super) fn failure() -> Failure {
    Failure { message: "found this".into(), remedy: "do that".into() }
}

pub(super) fn timings(n_images_encoded: u32) -> Timings {
    Timings {
        n_visual_tokens: 25,
        n_images_encoded,
        image_encoding_secs: 0.5,
        n_prefill_tokens: 90,
        prefill_secs: 0.25,
        n_answer_tokens: 5,
        decoding_secs: 2.0,
    }
}

/// A file that a person chose; one name is one file.
pub(super) fn chosen(name: &str) -> ChosenFile {
    let id = name.bytes().fold(0, |id: u32, byte| id.wrapping_mul(31).wrapping_add(byte.into()));
    ChosenFile { id: FileId(id), name: name.into() }
}

/// A pair that a person chose; the files of each have ids of their own.
pub(super) fn pair(id: u32, name: &str) -> Pair {
    let file = |id, name| ChosenFile { id: FileId(id), name };
    Pair::Files(vec![file(2 * id, format!("{name}.gguf")), file(2 * id + 1, format!("{name}-mmproj.gguf"))])
}

/// The job that loads a pair.
#[track_caller]
pub(super) fn load(page: &mut Page, pair: Pair) -> JobId {
    let act = match pair {
        Pair::Files(files) => ModelAct::LoadFiles(files),
        Pair::Bundled => ModelAct::LoadBundled,
        Pair::Stored(key) => panic!("{key:?} is opened in the store"),
    };
    load_job(&page.tell(Input::Model(act)))
}

/// The job that loads a model.
#[track_caller]
pub(super) fn load_job(commands: &[Command]) -> JobId {
    let job = commands.iter().find_map(|command| match command {
        Command::LoadModel { job, .. } => Some(*job),
        _ => None,
    });
    job.unwrap_or_else(|| panic!("no model is loaded: {commands:?}"))
}

/// A worker is started in place of one that died; it runs and has chosen its machine. The commands that it was given.
pub(super) fn restart(page: &mut Page) -> Vec<(Command, Vec<FileId>)> {
    let commands = page.tell_with_files(Input::Model(ModelAct::Reload));
    feed(page, [Event::Started]);
    for (command, _) in &commands {
        if let Command::ChooseBackend { job, .. } = command {
            let chosen = BackendKind::Cpu;
            feed(page, [Event::BackendChosen { job: *job, chosen, candidates: Vec::new(), model: None }]);
        }
    }
    commands
}

/// The same, and the model is in place.
#[track_caller]
pub(super) fn restart_with(page: &mut Page, name: &str) {
    let commands: Vec<Command> = restart(page).into_iter().map(|(command, _)| command).collect();
    let job = load_job(&commands);
    feed(page, [Event::ModelReady { job, model: model(name) }]);
}

pub(super) fn apply(page: &mut Page, event: Event, now_secs: f64) -> Vec<Command> {
    page.tell(Input::FromWorker(event, now_secs))
}

pub(super) fn feed(page: &mut Page, events: impl IntoIterator<Item = Event>) -> Vec<Command> {
    events.into_iter().flat_map(|event| apply(page, event, 0.0)).collect()
}

pub(super) fn worker_died(page: &mut Page, why: &str) {
    page.tell(Input::WorkerDied(why.into()));
}

pub(super) fn ask(page: &mut Page, question: &str) -> Vec<Command> {
    page.tell(Input::Talk(TalkAct::Ask(question.into())))
}

/// A page with a model and an image in place.
pub(super) fn ready(turns: Turns) -> Page {
    let mut page = Page::default();
    let job = load(&mut page, if turns == Turns::Single { Pair::Bundled } else { pair(1, "m") });
    feed(&mut page, [Event::Started, Event::ModelReady { job, model: model("m") }]);
    put_image(&mut page, "a.png");
    page.take_others();
    page
}

pub(super) fn put_image(page: &mut Page, name: &str) -> ImageId {
    let (job, id) = start_image(page, name);
    feed(page, [Event::ImageReady { job, image: image(id) }]);
    id
}

#[track_caller]
pub(super) fn start_image(page: &mut Page, name: &str) -> (JobId, ImageId) {
    match page.tell(Input::Talk(TalkAct::OpenImage(chosen(name), 1)))[..] {
        [Command::OpenImage { job, image, .. }] => (job, image),
        ref other => panic!("no image is being opened: {other:?}"),
    }
}

#[track_caller]
pub(super) fn job_of(commands: &[Command]) -> JobId {
    match commands.last() {
        Some(Command::Ask { job, .. }) => *job,
        other => panic!("no question was sent: {other:?}"),
    }
}

#[track_caller]
pub(super) fn images_of(commands: &[Command]) -> &[ImageId] {
    match commands.last() {
        Some(Command::Ask { question, .. }) => &question.images,
        other => panic!("no question was sent: {other:?}"),
    }
}

pub(super) fn answered(job: JobId, end: EndOfAnswer) -> Event {
    Event::Answered { job, end, timings: timings(1) }
}
