use js_sys::ArrayBuffer;
use leptos::prelude::*;
use protocol::JobId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web::describe;
use web_sys::{Blob, File, Response};

use super::Page;
use super::link::Opened;
use crate::browser::client::Bulk;
use crate::catalogue::Example;
use crate::state::{Picture, State, acts};

impl Page {
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
        if is_there && self.peek(|state| matches!(state.picture, Picture::Ready(_))) {
            return self.ask(&example.question);
        }
        let name = example.title.clone();
        let job = self.change(|state| acts::open_image(state, &name));
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

    pub(super) fn open(self, opened: Opened) {
        if self.refuse_while_busy("change the image") {
            return;
        }
        let job = self.change(|state| acts::open_image(state, &opened.name));
        spawn_local(self.deliver(job, opened));
    }

    async fn deliver(self, job: JobId, opened: Opened) {
        match JsFuture::from(opened.blob.array_buffer()).await {
            Ok(buffer) => {
                let Some(command) = self.peek(|state| acts::opening_command(state, job)) else { return };
                self.link.update_value(|link| link.opening = Some(opened));
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
}

async fn fetch(address: &str) -> Result<Blob, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(format!("status {}", response.status()).into());
    }
    JsFuture::from(response.blob()?).await?.dyn_into()
}
