use js_sys::Array;
use protocol::Failure;
use wasm_bindgen::JsValue;
use web::describe;
use web_sys::{Blob, BlobPropertyBag, Url};

use super::Page;
use crate::browser::saving::save;
use crate::state::benchmark::{analyse, export};

impl Page {
    /// Has the run on view written down, as the export at this place says.
    pub(crate) fn export_run(self, place: usize) {
        let command = self.change(|state| export(state, place));
        self.send_all(command);
    }

    /// Has the run on view looked at.
    pub(crate) fn analyse_run(self) {
        let command = self.change(analyse);
        self.send_all(command);
    }

    /// Lets the browser save a file that the worker wrote.
    pub(super) fn hand_over(self, contents: &Array, name: &str, media_type: &str) {
        if let Err(error) = save_as(contents, name, media_type) {
            self.show(Failure {
                message: format!("{name} could not be handed over ({}).", describe(&error)),
                remedy: "Allow downloads for this page and try again.".into(),
            });
        }
    }
}

fn save_as(contents: &Array, name: &str, media_type: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(media_type);
    let blob = Blob::new_with_buffer_source_sequence_and_options(contents, &kind)?;
    // The browser has taken the blob over by now.
    Url::revoke_object_url(&save(&blob, name)?)
}
