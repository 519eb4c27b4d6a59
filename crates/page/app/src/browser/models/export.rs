//! Files of the store as files of a person.

use web::{JsError, PrivateFolder, sleep};
use web_sys::Url;

use crate::browser::saving::save;

const FOLDER: PrivateFolder = PrivateFolder::new(download::FOLDER);

/// Browsers drop a second download that comes in the same moment, and read a file a moment after it is handed over.
pub(crate) const MOMENT_SECS: f64 = 1.0;

/// Lets the browser save one file of the store. Its bytes are not read here: the browser copies them.
pub(crate) async fn hand_over(key: &str, name: &str) -> Result<(), JsError> {
    let file = FOLDER.file(&download::data_name(key)).await?;
    let address = save(&file, name)?;
    sleep(MOMENT_SECS).await;
    Ok(Url::revoke_object_url(&address)?)
}
