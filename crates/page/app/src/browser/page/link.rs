//! The wire between store and worker.

use std::collections::BTreeMap;

use gloo::render::{AnimationFrame, request_animation_frame};
use js_sys::{Array, ArrayBuffer, Uint8ClampedArray};
use leptos::prelude::*;
use protocol::{Command, Event, Failure, JobId};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web::describe;
use web_sys::{Blob, File, ImageData};

use super::{Page, now_secs};
use crate::browser::client::{Bulk, Client, FromWorker};
use crate::browser::downloads::Downloads;
use crate::state::{ChosenFile, FileId, State, WorkerState, acts, apply};

/// What the page keeps for the worker's sake.
#[derive(Default)]
pub(super) struct Link {
    client: Option<Client>,
    /// The frame that reaches the network.
    pub(super) downloads: Option<Downloads>,
    /// The files that the state mentions.
    files: BTreeMap<FileId, File>,
    n_files: u32,
    /// The present image, to open it again after a restart.
    pub(super) image: Option<Opened>,
    /// The image that the worker decodes.
    pub(super) opening: Option<Opened>,
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
        let base = self.peek(|state| state.base.clone());
        match Client::start(&base, move |message| self.receive(message)) {
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
            let ids = self.peek(|state| state.files_beside(&command));
            let file = |link: &Link, id| link.files.get(id).cloned();
            let files = self.link.with_value(|link| ids.iter().filter_map(|id| file(link, id)).collect());
            self.send(command, Bulk::Files(files));
        });
    }

    /// Keeps files that a person chose for as long as the state mentions them, and names them. Those that it no longer mentions
    /// are let go.
    pub(super) fn hold(self, files: Vec<File>) -> Vec<ChosenFile> {
        let held = self.peek(State::held_files);
        let chosen = self.link.try_update_value(|link| {
            link.files.retain(|id, _| held.contains(id));
            let hold = |file: File| {
                link.n_files += 1;
                let (id, name) = (FileId(link.n_files), file.name());
                link.files.insert(id, file);
                ChosenFile { id, name }
            };
            files.into_iter().map(hold).collect()
        });
        chosen.unwrap_or_default()
    }

    pub(super) fn send(self, command: Command, bulk: Bulk) {
        let command = match self.peek(|state| state.worker == WorkerState::Died) {
            true => self.change(|state| acts::deliverable(state, command)),
            false => Some(command),
        };
        let Some(command) = command else { return };
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
