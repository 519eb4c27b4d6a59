//! The wire between store and worker.

use gloo::render::{AnimationFrame, request_animation_frame};
use js_sys::{Array, ArrayBuffer, Uint8ClampedArray};
use leptos::prelude::*;
use protocol::{BenchmarkData, Command, DataSource, Event, Failure, JobId};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web::describe;
use web_sys::{Blob, File, ImageData};

use super::{Page, now_secs};
use crate::browser::client::{Bulk, Client, FromWorker};
use crate::browser::downloads::Downloads;
use crate::state::{WorkerState, acts, apply};

/// What the page keeps for the worker's sake.
#[derive(Default)]
pub(super) struct Link {
    client: Option<Client>,
    /// The frame that reaches the network.
    pub(super) downloads: Option<Downloads>,
    /// The files of the present model, to load it again after a restart; without files it is the bundled one.
    pub(super) model_files: Vec<File>,
    /// The files of the model that is on its way.
    pub(super) loading_files: Vec<File>,
    /// The present image, to open it again after a restart.
    pub(super) image: Option<Opened>,
    /// The image that the worker decodes.
    pub(super) opening: Option<Opened>,
    /// The file of the data set that was picked latest, to open it again after a restart.
    pub(super) data_file: Option<File>,
    /// Events that wait for the next frame.
    inbox: Vec<Event>,
    frame: Option<AnimationFrame>,
}

#[derive(Clone)]
pub(super) struct Opened {
    pub(super) blob: Blob,
    pub(super) name: String,
    /// The address of an example, so that the same one is not opened twice.
    pub(super) address: Option<String>,
}

impl Page {
    pub(super) fn start_worker(self) {
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

    pub(super) fn fail(self, job: JobId, message: String, remedy: &str) {
        let failure = Failure { message, remedy: remedy.into() };
        self.take(vec![Event::Failed { job, failure }]);
    }

    fn died(self, why: &str) {
        // One end can be told twice: as an error and as a promise that nobody kept.
        if self.peek(|state| state.worker == WorkerState::Died) {
            return;
        }
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
                if matches!(event, Event::Started) {
                    let released =
                        self.link.try_update_value(|link| link.client.as_mut().map(Client::release));
                    if let Some(Some(Err(error))) = released {
                        return self.died(&describe(&error));
                    }
                }
                if let Event::ModelReady { .. } = event {
                    self.link.update_value(|link| link.model_files = std::mem::take(&mut link.loading_files));
                }
                let image = match &event {
                    Event::ImageReady { image, .. } => Some(image.clone()),
                    _ => None,
                };
                if let Event::BenchmarkImage { width_px, .. } = event {
                    self.benchmark_image.set(pixels(&bulk, width_px));
                }
                if let Event::RunWritten { name, media_type, .. } = &event {
                    self.hand_over(&bulk, name, media_type);
                }
                self.take(vec![event]);
                if let Some(image) = image
                    && self.peek(|state| state.picture.id()) == Some(image.image)
                {
                    self.link.update_value(|link| link.image = link.opening.take());
                    self.preview.set(pixels(&bulk, image.preview_width_px));
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
            let mut commands = Vec::new();
            events.into_iter().for_each(|event| commands.extend(apply(state, event, now_secs)));
            commands
        });
        self.send_all(commands);
    }

    pub(super) fn send_all(self, commands: impl IntoIterator<Item = Command>) {
        commands.into_iter().for_each(|command| {
            let bulk = match &command {
                Command::OpenBenchmark {
                    data: BenchmarkData::File { source: DataSource::Picked { .. }, .. },
                    ..
                } => Bulk::Files(self.link.with_value(|link| link.data_file.iter().cloned().collect())),
                _ => Bulk::None,
            };
            self.send(command, bulk);
        });
    }

    pub(super) fn send(self, command: Command, bulk: Bulk) {
        let sent =
            self.link.try_update_value(|link| link.client.as_mut().map(|client| client.send(command, bulk)));
        if let Some(Some(Err(error))) = sent {
            self.died(&describe(&error));
        }
    }
}

/// The pixels that came beside an event. What does not fit its size is left out: the image still answers.
fn pixels(bulk: &Array, width_px: u32) -> Option<ImageData> {
    let buffer = bulk.get(0).dyn_into::<ArrayBuffer>().ok()?;
    ImageData::new_with_js_u8_clamped_array(&Uint8ClampedArray::new(&buffer), width_px).ok()
}
