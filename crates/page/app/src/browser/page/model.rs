use leptos::prelude::*;
use protocol::{ModelSource, Turns};
use web_sys::File;

use super::Page;
use crate::browser::client::Bulk;
use crate::catalogue::BUNDLED;
use crate::state::{Picture, WorkerState, acts};

impl Page {
    /// Loads the model that comes with the page.
    pub(crate) fn load_bundled(self) {
        self.revive();
        self.link.update_value(|link| link.loading_files.clear());
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
        if self.refuse_while_busy("open the model") {
            return;
        }
        let names: Vec<String> = files.iter().map(File::name).collect();
        if let Err(failure) = acts::check_model_files(&names) {
            return self.show(failure);
        }
        self.revive();
        let title = names.iter().find(|name| !name.contains("mmproj")).cloned().unwrap_or_default();
        let source = ModelSource::Files { names };
        self.link.update_value(|link| link.loading_files = files.clone());
        let command = self.change(|state| {
            state.message = None;
            acts::load_model(state, &title, Turns::FollowUp, source)
        });
        self.send(command, Bulk::Files(files));
    }

    /// Loads the present model again, or the one that was the latest.
    pub(crate) fn reload_model(self) {
        let files = self.link.with_value(|link| link.model_files.clone());
        match (files.is_empty(), self.peek(|state| state.models.open_again())) {
            (false, _) => self.load_files(files),
            (true, Some(stored)) => self.open_stored(&stored),
            (true, None) => self.load_bundled(),
        }
    }

    /// Starts another worker in place of one that ended, with the same model.
    pub(crate) fn restart(self) {
        self.reload_model();
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
