//! A folder of the browser's private file system, for small files that are written whole or appended to.

use js_sys::{Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DedicatedWorkerGlobalScope, File, FileSystemDirectoryHandle, FileSystemFileHandle,
    FileSystemGetDirectoryOptions, FileSystemGetFileOptions, FileSystemReadWriteOptions,
    FileSystemSyncAccessHandle,
};

use crate::source::{buffer, describe};

/// The folder of this name in the origin's root. Errors are in the browser's words.
pub(crate) struct PrivateFolder {
    name: &'static str,
}

/// A file that is there.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) n_bytes: u64,
    /// Since 1970.
    pub(crate) changed_ms: f64,
}

impl PrivateFolder {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// Whether the browser grants private files at all.
    pub(crate) async fn is_granted(&self) -> bool {
        self.handle().await.is_ok()
    }

    pub(crate) async fn list(&self) -> Result<Vec<Entry>, String> {
        self.entries().await.map_err(|error| describe(&error))
    }

    /// The contents of a file; none where there is no such file.
    pub(crate) async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let read = async {
            let Some(handle) =
                absent_is_none(JsFuture::from(self.handle().await?.get_file_handle(name)).await)?
            else {
                return Ok(None);
            };
            let file: File = get(handle.unchecked_into::<FileSystemFileHandle>().get_file()).await?;
            buffer(Ok(file.array_buffer())).await.map(Some)
        };
        read.await.map_err(|error| describe(&error))
    }

    /// Makes `bytes` what stands in a file from `at` on, to its end, and sees them to the disk.
    pub(crate) async fn write(&self, name: &str, at: u64, bytes: &[u8]) -> Result<(), String> {
        let write = async {
            let create = FileSystemGetFileOptions::new();
            create.set_create(true);
            let file: FileSystemFileHandle =
                get(self.handle().await?.get_file_handle_with_options(name, &create)).await?;
            let open = OpenFile(get(file.create_sync_access_handle()).await?);
            open.0.truncate_with_f64(at as f64)?;
            let mut n_written = 0;
            while n_written < bytes.len() {
                let place = FileSystemReadWriteOptions::new();
                place.set_at((at + n_written as u64) as f64);
                match open.0.write_with_u8_array_and_options(&bytes[n_written..], &place)? as usize {
                    0 => return Err(JsValue::from_str("the disk is full")),
                    n => n_written += n,
                }
            }
            open.0.flush()
        };
        write.await.map_err(|error: JsValue| describe(&error))
    }

    /// Removes a file; one that is not there is not an error.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), String> {
        let remove =
            async { absent_is_none(JsFuture::from(self.handle().await?.remove_entry(name)).await).map(drop) };
        remove.await.map_err(|error: JsValue| describe(&error))
    }

    /// Asked for each time: a person may have deleted the page's data meanwhile.
    async fn handle(&self) -> Result<FileSystemDirectoryHandle, JsValue> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        // Reading the property throws where a browser has no such thing.
        let storage = Reflect::get(&scope.navigator(), &"storage".into())?;
        let storage: web_sys::StorageManager = storage.dyn_into()?;
        let create = FileSystemGetDirectoryOptions::new();
        create.set_create(true);
        let root: FileSystemDirectoryHandle = get(storage.get_directory()).await?;
        get(root.get_directory_handle_with_options(self.name, &create)).await
    }

    async fn entries(&self) -> Result<Vec<Entry>, JsValue> {
        let handles = self.handle().await?.values();
        let mut files = Vec::new();
        loop {
            let step = JsFuture::from(handles.next()?).await?;
            if Reflect::get(&step, &"done".into())?.is_truthy() {
                return Ok(files);
            }
            // A folder is nothing of ours.
            let Ok(handle) = Reflect::get(&step, &"value".into())?.dyn_into::<FileSystemFileHandle>() else {
                continue;
            };
            // One that another tab has removed meanwhile is left out.
            if let Some(file) = absent_is_none(JsFuture::from(handle.get_file()).await)? {
                let file: File = file.dyn_into()?;
                files.push(Entry {
                    name: file.name(),
                    n_bytes: file.size() as u64,
                    changed_ms: file.last_modified(),
                });
            }
        }
    }
}

/// Closed when it is dropped.
struct OpenFile(FileSystemSyncAccessHandle);

impl Drop for OpenFile {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn get<T: JsCast>(promise: Promise) -> Result<T, JsValue> {
    JsFuture::from(promise).await?.dyn_into()
}

fn absent_is_none<T>(outcome: Result<T, JsValue>) -> Result<Option<T>, JsValue> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            let kind = Reflect::get(&error, &"name".into()).ok().and_then(|kind| kind.as_string());
            if kind.as_deref() == Some("NotFoundError") { Ok(None) } else { Err(error) }
        }
    }
}
