//! The wires to the worker and to the downloader's frame.

use gloo::render::{AnimationFrame, request_animation_frame};
use leptos::prelude::*;
use protocol::{Command, Event};
use wasm_bindgen_futures::spawn_local;
use web::describe;

use super::files::Files;
use super::{Page, now_secs};
use crate::browser::client::{Bulk, Client, FromWorker};
use crate::browser::downloads::{Downloads, FromFrame};
use crate::state::Input;

/// What the page keeps beside the state.
#[derive(Default)]
pub(super) struct Link {
    client: Option<Client>,
    /// The frame that reaches the network.
    downloads: Option<Downloads>,
    pub(super) files: Files,
    /// Events that wait for the next frame.
    inbox: Vec<Event>,
    frame: Option<AnimationFrame>,
}

impl Page {
    pub(super) fn start_worker(self) {
        let base = self.peek(|state| state.base.clone());
        match Client::start(&base, move |message| self.receive(message)) {
            Ok(client) => self.link.update_value(|link| link.client = Some(client)),
            Err(error) => self.died(&describe(&error)),
        }
    }

    pub(super) fn send(self, command: Command, bulk: Bulk) {
        let sent =
            self.link.try_update_value(|link| link.client.as_mut().map(|client| client.send(command, bulk)));
        if let Some(Some(Err(error))) = sent {
            self.died(&describe(&error));
        }
    }

    fn died(self, why: &str) {
        self.flush();
        self.link.update_value(|link| link.client = None);
        self.input(Input::WorkerDied(why.into()));
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
                self.input_with(Input::FromWorker(event, now_secs()), &bulk);
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
        let now_secs = now_secs();
        for event in events.unwrap_or_default() {
            self.input(Input::FromWorker(event, now_secs));
        }
    }

    /// Starts the frame that reaches the network, unless there is one.
    pub(super) fn start_downloads(self) {
        if self.link.with_value(|link| link.downloads.is_some()) {
            return;
        }
        match Downloads::start(move |message| self.receive_report(message)) {
            Ok(downloads) => self.link.update_value(|link| link.downloads = Some(downloads)),
            Err(error) => self.input(Input::DownloaderDied(describe(&error))),
        }
    }

    pub(super) fn give(self, order: &download::Order) -> Result<(), wasm_bindgen::JsValue> {
        self.link.with_value(|link| link.downloads.as_ref().map_or(Ok(()), |downloads| downloads.send(order)))
    }

    fn receive_report(self, message: FromFrame) {
        match message {
            FromFrame::Report(report) => self.input(Input::FromDownloader(report, now_secs())),
            // In a later turn of the event loop: dropping the frame from inside its own listener would free the closure that
            // is running.
            FromFrame::Died(why) => spawn_local(async move {
                let was_there = self.link.try_update_value(|link| link.downloads.take());
                if let Some(Some(_frame)) = was_there {
                    self.input(Input::DownloaderDied(why));
                }
            }),
        }
    }
}
