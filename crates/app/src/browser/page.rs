//! The page's one store and what can be done with it: every act goes through the reducer, then to the worker.

use gloo::render::{AnimationFrame, request_animation_frame};
use js_sys::{Array, ArrayBuffer, Uint8ClampedArray};
use leptos::prelude::*;
use protocol::{Command, Event, Failure, JobId, ModelSource, Turns};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File, ImageData, Response};

use super::client::{Bulk, Client, FromWorker};
use crate::catalogue::{BUNDLED, Example};
use crate::state::{Picture, State, acts, apply};

/// Handle on everything the components share.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    state: RwSignal<State>,
    /// The decoded image, as the worker sent it.
    pub(crate) preview: RwSignal<Option<ImageData>, LocalStorage>,
    /// What stands in the question field.
    pub(crate) question: RwSignal<String>,
    link: StoredValue<Link, LocalStorage>,
}

/// What the page keeps for the worker's sake.
#[derive(Default)]
struct Link {
    client: Option<Client>,
    /// The latest model, to load it again after a restart; without files it is the bundled one.
    model_files: Vec<File>,
    /// The present image, to open it again after a restart.
    image: Option<Opened>,
    /// Events that wait for the next frame.
    inbox: Vec<Event>,
    frame: Option<AnimationFrame>,
}

#[derive(Clone)]
struct Opened {
    blob: Blob,
    name: String,
    /// The address of an example, so that the same one is not opened twice.
    address: Option<String>,
}

impl Page {
    pub(crate) fn new() -> Self {
        Self {
            state: RwSignal::new(State::default()),
            preview: RwSignal::new_local(None),
            question: RwSignal::new(String::new()),
            link: StoredValue::new_local(Link::default()),
        }
    }

    /// A part of the state; what depends on it runs again only when that part changes.
    pub(crate) fn slice<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&State) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.state.with(&part))
    }

    /// Reads the state without depending on it.
    pub(crate) fn peek<T>(self, part: impl FnOnce(&State) -> T) -> T {
        self.state.with_untracked(part)
    }

    /// Changes the state where no command follows.
    pub(crate) fn change<T>(self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut result = None;
        self.state.update(|state| result = Some(act(state)));
        // `update` always runs its closure; the page cannot go on if the runtime is gone.
        result.unwrap_or_else(|| wasm_bindgen::throw_str("the page's state is gone"))
    }

    /// Starts the worker and loads the bundled model.
    pub(crate) fn start(self) {
        self.start_worker();
        self.load_bundled();
    }

    fn start_worker(self) {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        // The base's last segment is the document's own.
        let base = base
            .split(['?', '#'])
            .next()
            .and_then(|path| path.rsplit_once('/'))
            .map(|(dir, _)| format!("{dir}/"));
        match Client::start(&base.unwrap_or_default(), move |message| self.receive(message)) {
            Ok(client) => self.link.update_value(|link| link.client = Some(client)),
            Err(error) => self.died(&describe(&error)),
        }
    }

    /// Loads the model that comes with the page.
    pub(crate) fn load_bundled(self) {
        self.link.update_value(|link| link.model_files.clear());
        let at = |path: &str| match document().base_uri() {
            Ok(Some(base)) => {
                web_sys::Url::new_with_base(path, &base).map_or_else(|_| path.into(), |url| url.href())
            }
            _ => path.into(),
        };
        let source =
            ModelSource::Own { text_url: at(BUNDLED.text_path), vision_url: at(BUNDLED.vision_path) };
        let command = self.change(|state| acts::load_model(state, BUNDLED.title, BUNDLED.turns, source));
        self.send(command, Bulk::None);
    }

    /// Loads a model from files on disk.
    pub(crate) fn load_files(self, files: Vec<File>) {
        let names: Vec<String> = files.iter().map(File::name).collect();
        if let Err(failure) = acts::check_model_files(&names) {
            return self.show(failure);
        }
        let title = names.iter().find(|name| !name.contains("mmproj")).cloned().unwrap_or_default();
        let source = ModelSource::Files { names };
        self.link.update_value(|link| link.model_files = files.clone());
        let command = self.change(|state| {
            state.message = None;
            acts::load_model(state, &title, Turns::FollowUp, source)
        });
        self.send(command, Bulk::Files(files));
    }

    /// Opens an image file that a person dropped, pasted or picked.
    pub(crate) fn open_file(self, file: File) {
        match acts::check_image_size(&file.name(), file.size() as u64) {
            Err(failure) => self.show(failure),
            Ok(()) => self.open(Opened { name: file.name(), blob: file.into(), address: None }),
        }
    }

    /// Shows a whole job: puts the example's image and question in place and asks.
    pub(crate) fn run_example(self, example: &Example) {
        if !self.peek(State::can_show_example) {
            return;
        }
        let address = example.path();
        let is_there = self.link.with_value(|link| {
            link.image.as_ref().is_some_and(|opened| opened.address.as_ref() == Some(&address))
        });
        if is_there && self.peek(|state| matches!(state.picture, Picture::Ready { .. })) {
            return self.ask(&example.question);
        }
        let name = example.title.clone();
        let job = self.begin_opening(&name);
        self.ask(&example.question);
        spawn_local(async move {
            match fetch(&address).await {
                Ok(blob) => self.deliver(job, Opened { blob, name, address: Some(address) }).await,
                Err(error) => self.fail(
                    job,
                    format!("The example “{name}” did not arrive ({}).", describe(&error)),
                    "Check the connection and try again.",
                ),
            }
        });
    }

    fn open(self, opened: Opened) {
        if self.peek(State::is_busy) {
            return self.show(Failure {
                message: "A question is being answered.".into(),
                remedy: "Wait for its end or press Stop, then change the image.".into(),
            });
        }
        let job = self.begin_opening(&opened.name);
        spawn_local(self.deliver(job, opened));
    }

    /// Takes the old image away and announces the new one; its bytes follow with [`Page::deliver`].
    fn begin_opening(self, name: &str) -> JobId {
        self.preview.set(None);
        self.link.update_value(|link| link.image = None);
        let (job, commands) = self.change(|state| acts::open_image(state, name));
        self.send_all(commands);
        job
    }

    async fn deliver(self, job: JobId, opened: Opened) {
        match JsFuture::from(opened.blob.array_buffer()).await {
            Ok(buffer) => {
                let Some(command) = self.peek(|state| acts::opening_command(state, job)) else { return };
                self.link.update_value(|link| link.image = Some(opened));
                self.send(command, Bulk::Buffer(buffer.unchecked_into::<ArrayBuffer>()));
            }
            Err(error) => self.fail(
                job,
                format!("“{}” could not be read ({}).", opened.name, describe(&error)),
                "It may have been moved or changed since it was chosen. Choose it again.",
            ),
        }
    }

    /// Takes the image away.
    pub(crate) fn remove_image(self) {
        self.preview.set(None);
        self.link.update_value(|link| link.image = None);
        let commands = self.change(acts::remove_image);
        self.send_all(commands);
    }

    /// Asks a question about the present image.
    pub(crate) fn ask(self, question: &str) {
        let commands = self.change(|state| acts::ask(state, question));
        self.send_all(commands);
    }

    /// Stops the answer.
    pub(crate) fn stop(self) {
        let command = self.change(acts::stop);
        self.send_all(command);
    }

    /// Clears the conversation.
    pub(crate) fn new_conversation(self) {
        let command = self.change(acts::new_conversation);
        self.send_all(command);
    }

    /// Starts another worker in place of one that ended, with the same model and image.
    pub(crate) fn restart(self) {
        self.change(acts::worker_restarts);
        self.start_worker();
        let files = self.link.with_value(|link| link.model_files.clone());
        if files.is_empty() {
            self.load_bundled()
        } else {
            self.load_files(files)
        }
        // An image that was still being decoded may be what ended the worker: only one that was there comes back.
        let was_there = self.peek(|state| matches!(state.picture, Picture::Ready { .. }));
        if let Some(opened) = self.link.with_value(|link| link.image.clone()).filter(|_| was_there) {
            self.open(opened);
        }
    }

    /// Shows a failure until it is closed.
    pub(crate) fn show(self, failure: Failure) {
        self.change(|state| state.message = Some(failure));
    }

    fn fail(self, job: JobId, message: String, remedy: &str) {
        let failure = Failure { message, remedy: remedy.into() };
        self.take(vec![Event::Failed { job, failure }]);
    }

    fn died(self, why: &str) {
        self.flush();
        self.link.update_value(|link| link.client = None);
        self.change(|state| acts::worker_died(state, why));
    }

    fn receive(self, message: FromWorker) {
        match message {
            // What comes many times a second is taken once per frame: drawing it more often would only cost time.
            FromWorker::Event(
                event @ (Event::Answer { .. } | Event::Progress { .. } | Event::Loading { .. }),
                _,
            ) => self.link.update_value(|link| {
                link.inbox.push(event);
                link.frame.get_or_insert_with(|| request_animation_frame(move |_| self.flush()));
            }),
            FromWorker::Event(event, bulk) => {
                self.flush();
                if event == Event::Started {
                    let released =
                        self.link.try_update_value(|link| link.client.as_mut().map(Client::release));
                    if let Some(Some(Err(error))) = released {
                        return self.died(&describe(&error));
                    }
                }
                let image = match &event {
                    Event::ImageReady { image, .. } => Some(image.clone()),
                    _ => None,
                };
                self.take(vec![event]);
                if let Some(image) = image
                    && self.peek(|state| state.picture.id()) == Some(image.image)
                {
                    self.preview.set(preview(&bulk, image.preview_width_px));
                }
            }
            // In a later turn of the event loop: dropping the client from inside its own listener would free the
            // closure that is running.
            FromWorker::Died(why) => spawn_local(async move { self.died(&why) }),
        }
    }

    fn flush(self) {
        let events = self.link.try_update_value(|link| {
            link.frame = None;
            std::mem::take(&mut link.inbox)
        });
        self.take(events.unwrap_or_default());
    }

    fn take(self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let now_secs = now_secs();
        let commands = self.change(|state| {
            events.into_iter().flat_map(|event| apply(state, event, now_secs)).collect::<Vec<_>>()
        });
        self.send_all(commands);
    }

    fn send_all(self, commands: impl IntoIterator<Item = Command>) {
        commands.into_iter().for_each(|command| self.send(command, Bulk::None));
    }

    fn send(self, command: Command, bulk: Bulk) {
        let sent =
            self.link.try_update_value(|link| link.client.as_mut().map(|client| client.send(command, bulk)));
        if let Some(Some(Err(error))) = sent {
            self.died(&describe(&error));
        }
    }
}

/// The page that the components share.
pub(crate) fn page() -> Page {
    expect_context()
}

/// A steady clock.
pub(crate) fn now_secs() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now() / 1000.0)
}

/// The preview that came beside an image. One that does not fit its size is left out: the image still answers.
fn preview(bulk: &Array, width_px: u32) -> Option<ImageData> {
    let buffer = bulk.get(0).dyn_into::<ArrayBuffer>().ok()?;
    ImageData::new_with_js_u8_clamped_array(&Uint8ClampedArray::new(&buffer), width_px).ok()
}

async fn fetch(address: &str) -> Result<Blob, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(format!("status {}", response.status()).into());
    }
    JsFuture::from(response.blob()?).await?.dyn_into()
}

fn describe(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}
