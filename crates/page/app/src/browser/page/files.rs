use std::collections::BTreeMap;

use leptos::prelude::*;
use web_sys::{Blob, File};

use super::Page;
use crate::state::benchmark::BenchmarkAct;
use crate::state::{ChosenFile, FileId, ModelAct, State, TalkAct};

/// The files that the state mentions.
#[derive(Default)]
pub(super) struct Files {
    by_id: BTreeMap<FileId, Blob>,
    n_given: u32,
}

impl Files {
    fn hold(&mut self, file: Blob) -> FileId {
        self.n_given += 1;
        let id = FileId(self.n_given);
        self.by_id.insert(id, file);
        id
    }
}

impl Page {
    /// Loads a model from files.
    pub(crate) fn load_files(self, files: Vec<File>) {
        let files = files.into_iter().map(|file| self.hold(file)).collect();
        self.model(ModelAct::LoadFiles(files));
    }

    /// Opens a data set's file.
    pub(crate) fn open_data_file(self, file: File) {
        self.benchmark(BenchmarkAct::ChooseFile(self.hold(file)));
    }

    /// Opens an image file that a person dropped, pasted or picked.
    pub(crate) fn open_image(self, file: File) {
        let n_bytes = file.size() as u64;
        self.talk(TalkAct::OpenImage(self.hold(file), n_bytes));
    }

    fn hold(self, file: File) -> ChosenFile {
        let name = file.name();
        ChosenFile { id: self.hold_blob(file.into()), name }
    }

    /// Keeps a file for as long as the state mentions it.
    pub(super) fn hold_blob(self, file: Blob) -> FileId {
        self.link.try_update_value(|link| link.files.hold(file)).unwrap_or(FileId(0))
    }

    /// A file that the state mentions.
    pub(super) fn file(self, id: FileId) -> Option<Blob> {
        self.link.with_value(|link| link.files.by_id.get(&id).cloned())
    }

    /// Lets files go that the state no longer mentions.
    pub(super) fn let_go(self) {
        if self.link.with_value(|link| !link.files.by_id.is_empty()) {
            let held = self.peek(State::held_files);
            self.link.update_value(|link| link.files.by_id.retain(|id, _| held.contains(id)));
        }
    }
}
