use leptos::prelude::*;
use web_sys::File;

use super::Page;
use crate::state::{Pair, Picture, WorkerState, acts};

impl Page {
    /// Loads the model that comes with the page.
    pub(crate) fn load_bundled(self) {
        self.load(Pair::Bundled);
    }

    /// Loads a model from files on disk.
    pub(crate) fn load_files(self, files: Vec<File>) {
        if self.refuse_while_busy("open the model") {
            return;
        }
        let names: Vec<String> = files.iter().map(File::name).collect();
        match acts::check_model_files(&names) {
            Err(failure) => self.show(failure),
            Ok(()) => {
                self.change(|state| state.message = None);
                self.load(Pair::Files(self.hold(files)));
            }
        }
    }

    fn load(self, pair: Pair) {
        self.revive();
        let command = self.change(|state| acts::load_model(state, pair));
        self.send_all(command);
    }

    /// Loads the present model again, or the one that was the latest. A worker that ended is started again for it.
    pub(crate) fn reload_model(self) {
        self.revive();
        let command = self.change(acts::reload_model);
        self.send_all(command);
    }

    /// Starts another worker in place of one that ended, with the same image; a model is loaded next.
    pub(super) fn revive(self) {
        if self.peek(|state| state.worker != WorkerState::Died) {
            return;
        }
        self.change(acts::worker_restarts);
        self.start_worker();
        self.restore_worker();
        self.list_runs();
        // An image that was still being decoded may be what ended the worker: only one that was there comes back.
        let was_there = self.peek(|state| matches!(state.picture, Picture::Ready(_)));
        if let Some(opened) = self.link.with_value(|link| link.image.clone()).filter(|_| was_there) {
            self.open(opened);
        }
    }
}
