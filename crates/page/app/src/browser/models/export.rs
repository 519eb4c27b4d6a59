//! Files of the store as files of a person.

use download::StoredModel;
use protocol::Failure;
use wasm_bindgen_futures::spawn_local;
use web::{JsError, PrivateFolder, sleep};
use web_sys::Url;

use crate::browser::page::Page;
use crate::browser::saving::save;

const FOLDER: PrivateFolder = PrivateFolder::new(download::FOLDER);

/// Browsers drop a second download that comes in the same moment, and read a file a moment after it is handed over.
const MOMENT_SECS: f64 = 1.0;

/// Lets the browser save one file of the store. Its bytes are not read here: the browser copies them.
async fn hand_over(key: &str, name: &str) -> Result<(), JsError> {
    let file = FOLDER.file(&download::data_name(key)).await?;
    let address = save(&file, name)?;
    sleep(MOMENT_SECS).await;
    Ok(Url::revoke_object_url(&address)?)
}

/// Hands a stored model's files to the person.
pub(super) fn export(page: Page, model: StoredModel) {
    spawn_local(async move {
        for file in &model.files {
            if let Err(error) = hand_over(&file.key, &file.name).await {
                page.show(Failure {
                    message: format!("“{}” could not be handed over ({error}).", file.name),
                    remedy: "Allow downloads for this page and try again.".into(),
                });
            }
            sleep(MOMENT_SECS).await;
        }
    });
}
