//! Does what follows from an input.

use download::Order;
use js_sys::{Array, ArrayBuffer, Uint8ClampedArray};
use leptos::prelude::*;
use protocol::{Command, Failure, JobId};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web::describe;
use web_sys::{Blob, BlobPropertyBag, File, ImageData, Response, Url};

use super::Page;
use crate::browser::client::Bulk;
use crate::browser::saving::save;
use crate::browser::{device, tab};
use crate::state::{Canvas, ChosenFile, Effect, FileId, Input};

impl Page {
    /// Does one thing; `bulk` is what came beside the event from which it follows.
    pub(super) fn carry_out(self, effect: Effect, bulk: &Array) {
        match effect {
            Effect::StartWorker => self.start_worker(),
            Effect::ToWorker(command, files) => self.tell_worker(command, &files),
            // After what made it time: the frame's own code need not compete with the page's.
            Effect::StartDownloader => spawn_local(async move {
                self.start_downloads();
                let facts = device::facts().await;
                self.input(Input::Device(facts, device::is_persistent().await));
            }),
            Effect::ToDownloader(order) => self.order(&order),
            // Only a window may ask it, so the page does on the downloader's behalf.
            Effect::Persist => spawn_local(async move {
                self.input(Input::Persistent(device::persist().await));
            }),
            Effect::FetchExample { job, path, title } => {
                spawn_local(async move { self.fetch_example(job, &path, title).await });
            }
            Effect::Draw { canvas, width_px } => self.canvas(canvas).set(pixels(bulk, width_px)),
            Effect::Clear(canvas) => self.canvas(canvas).set(None),
            Effect::Save { name, media_type } => self.save(bulk, &name, &media_type),
            Effect::WriteTitle(view) => tab::write_title(view),
            Effect::WriteAddress(view) => tab::write_address(view),
        }
    }

    fn tell_worker(self, command: Command, files: &[FileId]) {
        let files: Vec<Blob> = files.iter().filter_map(|id| self.file(*id)).collect();
        match (command, files.first()) {
            (command @ Command::OpenImage { .. }, Some(file)) => {
                spawn_local(self.send_image(command, file.clone()));
            }
            (command, _) => {
                let files = files.into_iter().filter_map(|file| file.dyn_into::<File>().ok());
                self.send(command, Bulk::Files(files.collect()));
            }
        }
    }

    /// The bytes of an image go beside its command.
    async fn send_image(self, command: Command, file: Blob) {
        match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => self.send(command, Bulk::Buffer(buffer.unchecked_into::<ArrayBuffer>())),
            Err(error) => {
                if let Command::OpenImage { job, name, .. } = command {
                    let failure = Failure {
                        message: format!("“{name}” could not be read ({}).", describe(&error)),
                        remedy: "It may have been moved or changed since it was chosen. Choose it again."
                            .into(),
                    };
                    self.input(Input::FailJob(job, failure));
                }
            }
        }
    }

    async fn fetch_example(self, job: JobId, path: &str, name: String) {
        match fetch(path).await {
            Ok(blob) => {
                let id = self.hold_blob(blob);
                self.input(Input::ExampleCame(job, ChosenFile { id, name }));
            }
            Err(error) => {
                let failure = Failure {
                    message: format!("The example “{name}” did not arrive ({}).", describe(&error)),
                    remedy: "Check the connection and try again.".into(),
                };
                self.input(Input::FailJob(job, failure));
            }
        }
    }

    fn order(self, order: &Order) {
        self.start_downloads();
        if matches!(order, Order::Fetch { .. }) {
            // What a person ordered at the foot of a long view shows at its head.
            request_animation_frame(|| {
                if let Some(list) = document().get_element_by_id("downloads-list") {
                    list.scroll_into_view();
                }
            });
        }
        if let Err(error) = self.give(order) {
            self.show(Failure {
                message: format!("The download could not be ordered ({}).", describe(&error)),
                remedy: "Load the page again.".into(),
            });
        }
    }

    const fn canvas(self, canvas: Canvas) -> RwSignal<Option<ImageData>, LocalStorage> {
        match canvas {
            Canvas::Image => self.preview,
            Canvas::Question => self.benchmark_image,
        }
    }

    /// Lets the browser save a file that the worker wrote.
    fn save(self, contents: &Array, name: &str, media_type: &str) {
        if let Err(error) = save_as(contents, name, media_type) {
            self.show(Failure {
                message: format!("{name} could not be handed over ({}).", describe(&error)),
                remedy: "Allow downloads for this page and try again.".into(),
            });
        }
    }
}

async fn fetch(address: &str) -> Result<Blob, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(format!("status {}", response.status()).into());
    }
    JsFuture::from(response.blob()?).await?.dyn_into()
}

fn save_as(contents: &Array, name: &str, media_type: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(media_type);
    let blob = Blob::new_with_buffer_source_sequence_and_options(contents, &kind)?;
    // The browser has taken the blob over by now.
    Url::revoke_object_url(&save(&blob, name)?)
}

/// The pixels that came beside an event. What does not fit its size is left out: the image still answers.
fn pixels(bulk: &Array, width_px: u32) -> Option<ImageData> {
    let buffer = bulk.get(0).dyn_into::<ArrayBuffer>().ok()?;
    ImageData::new_with_js_u8_clamped_array(&Uint8ClampedArray::new(&buffer), width_px).ok()
}
