use download::{ModelKey, Order, StoredModel};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web::{describe, sleep};

use super::{Page, now_secs};
use crate::browser::downloads::{Downloads, FromFrame};
use crate::browser::models::{export, facts};
use crate::state::models::{acts, apply_report, downloader_died};
use crate::state::{Failure, ModelState, View};

impl Page {
    /// Starts the downloads' frame when the page has its first model, or none after all, or the person looks for others.
    pub(crate) fn start_downloads_later(self) {
        let is_time = self.slice(|state| {
            state.view == View::Models || matches!(state.model, ModelState::Ready(_) | ModelState::Failed(_))
        });
        Effect::new(move |started: Option<bool>| {
            if started == Some(true) || !is_time.get() {
                return started == Some(true);
            }
            // Behind what made it time: the frame's own code need not compete with the page's.
            spawn_local(async move {
                self.start_downloads();
                let device = facts::of_this_device().await;
                let is_persistent = facts::is_persistent().await;
                self.change(|state| {
                    state.models.device = device;
                    state.models.is_persistent = is_persistent;
                });
            });
            true
        });
    }

    /// Starts the frame, unless there is one.
    pub(crate) fn start_downloads(self) {
        if self.link.with_value(|link| link.downloads.is_some()) {
            return;
        }
        match Downloads::start(move |message| self.receive_report(message)) {
            Ok(downloads) => {
                self.link.update_value(|link| link.downloads = Some(downloads));
                self.change(acts::downloader_restarts);
            }
            Err(error) => self.change(|state| downloader_died(state, &describe(&error))),
        }
    }

    fn receive_report(self, message: FromFrame) {
        match message {
            FromFrame::Report(report) => {
                let now_secs = now_secs();
                let commands = self.change(|state| apply_report(state, report, now_secs));
                self.send_all(commands);
            }
            // In a later turn of the event loop: dropping the frame from inside its own listener would free the closure that
            // is running.
            FromFrame::Died(why) => spawn_local(async move {
                let was_there = self.link.try_update_value(|link| link.downloads.take());
                if let Some(Some(_frame)) = was_there {
                    self.change(|state| downloader_died(state, &why));
                }
            }),
        }
    }

    /// Gives the downloader what lies in the outbox.
    pub(super) fn send_orders(self) {
        if self.link.with_value(|link| link.downloads.is_none()) {
            self.start_downloads();
        }
        let orders = self.state.try_update_untracked(|state| state.models.take_orders()).unwrap_or_default();
        if orders.iter().any(|order| matches!(order, Order::Fetch { .. })) {
            self.ask_to_persist();
            // What a person ordered at the foot of a long view shows at its head.
            request_animation_frame(|| {
                if let Some(list) = document().get_element_by_id("downloads-list") {
                    list.scroll_into_view();
                }
            });
        }
        for order in orders {
            let sent =
                self.link.with_value(|link| link.downloads.as_ref().map(|downloads| downloads.send(&order)));
            if let Some(Err(error)) = sent {
                self.show(Failure {
                    message: format!("The download could not be ordered ({}).", describe(&error)),
                    remedy: "Load the page again.".into(),
                });
            }
        }
    }

    /// Only a window may ask it, so the page does on the downloader's behalf.
    fn ask_to_persist(self) {
        if self.peek(|state| state.models.is_persistent == Some(true)) {
            return;
        }
        spawn_local(async move {
            let is_persistent = facts::persist().await;
            self.change(|state| state.models.is_persistent = is_persistent);
        });
    }

    /// Opens a model of the store.
    pub(crate) fn open_stored(self, key: &ModelKey) {
        if self.refuse_while_busy("open the model") {
            return;
        }
        self.revive();
        if let Some(command) = self.change(|state| acts::open_stored(state, key)) {
            self.send_all([command]);
        }
    }

    /// Puts the model that comes with the page in place of a stored one, whose files are needed.
    pub(super) fn close_stored(self) {
        if self.state.try_update_untracked(|state| state.models.take_close()) == Some(true) {
            self.load_bundled();
        }
    }

    /// Deletes models; where one of them is open, the one that comes with the page takes its place first.
    pub(crate) fn delete_stored(self, keys: Vec<ModelKey>) {
        if self.refuse_while_busy("delete it") {
            return;
        }
        self.change(|state| acts::delete(state, keys));
    }

    /// Hands a stored model's files to the person.
    pub(crate) fn export_stored(self, model: StoredModel) {
        spawn_local(async move {
            for file in &model.files {
                if let Err(error) = export::hand_over(&file.key, &file.name).await {
                    self.show(Failure {
                        message: format!("“{}” could not be handed over ({error}).", file.name),
                        remedy: "Allow downloads for this page and try again.".into(),
                    });
                }
                // Browsers drop a second download that comes in the same moment.
                sleep(export::MOMENT_SECS).await;
            }
        });
    }
}
