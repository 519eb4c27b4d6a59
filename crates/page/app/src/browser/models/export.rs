//! Files of the store as files of a person.

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileSystemDirectoryHandle, FileSystemFileHandle, Url};

use crate::browser::saving::save;

/// Lets the browser save one file of the store. Its bytes are not read here: the browser copies them.
pub(crate) async fn hand_over(key: &str, name: &str) -> Result<(), JsValue> {
    let root: FileSystemDirectoryHandle =
        JsFuture::from(window().navigator().storage().get_directory()).await?.dyn_into()?;
    let folder: FileSystemDirectoryHandle =
        JsFuture::from(root.get_directory_handle(download::FOLDER)).await?.dyn_into()?;
    let handle: FileSystemFileHandle =
        JsFuture::from(folder.get_file_handle(&download::data_name(key))).await?.dyn_into()?;
    let file: File = JsFuture::from(handle.get_file()).await?.dyn_into()?;
    let address = save(&file, name)?;
    JsFuture::from(moment()).await?;
    Url::revoke_object_url(&address)
}

/// A second.
pub(crate) fn moment() -> Promise {
    Promise::new(&mut |done, _| {
        // Without a clock it is over at once.
        if window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, 1000).is_err() {
            drop(done.call0(&JsValue::NULL));
        }
    })
}
