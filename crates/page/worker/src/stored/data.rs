//! Bytes of the browser's private file system.

use std::ops::Range;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DedicatedWorkerGlobalScope, File, FileSystemDirectoryHandle, FileSystemFileHandle,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

use crate::source::buffer;

/// The folder of the store; it must be there.
pub(super) struct Folder(FileSystemDirectoryHandle);

impl Folder {
    pub(super) async fn open() -> Result<Self, JsValue> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let root: FileSystemDirectoryHandle = get(scope.navigator().storage().get_directory()).await?;
        Ok(Self(get(root.get_directory_handle(download::FOLDER)).await?))
    }

    /// The contents of a small file.
    pub(super) async fn read(&self, name: &str) -> Result<Vec<u8>, JsValue> {
        let file: File = get(self.handle(name).await?.get_file()).await?;
        buffer(Ok(file.array_buffer())).await
    }

    /// A file to read parts of.
    pub(super) async fn data(&self, name: &str) -> Result<Data, JsValue> {
        let handle = self.handle(name).await?;
        if can_read_beside_others()
            && let Ok(open) = open_to_read(&handle).await
        {
            return Ok(Data::Handle(open));
        }
        Ok(Data::File(get(handle.get_file()).await?))
    }

    async fn handle(&self, name: &str) -> Result<FileSystemFileHandle, JsValue> {
        get(self.0.get_file_handle(name)).await
    }
}

/// A file that parts are read of.
pub(super) enum Data {
    /// Without a copy through another process, where several tabs may have such a handle at once.
    Handle(FileSystemSyncAccessHandle),
    /// As it stands now.
    File(File),
}

impl Data {
    pub(super) fn n_bytes(&self) -> Result<u64, JsValue> {
        match self {
            Self::Handle(open) => open.get_size().map(|n| n as u64),
            Self::File(file) => Ok(file.size() as u64),
        }
    }

    /// The bytes of `range`; fewer where the file ends before it.
    pub(super) async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, JsValue> {
        match self {
            Self::Handle(open) => {
                let mut bytes = vec![0; (range.end - range.start) as usize];
                let mut n_read = 0;
                while n_read < bytes.len() {
                    let at = FileSystemReadWriteOptions::new();
                    at.set_at((range.start + n_read as u64) as f64);
                    match open.read_with_u8_array_and_options(&mut bytes[n_read..], &at)? as usize {
                        0 => break,
                        n => n_read += n,
                    }
                }
                bytes.truncate(n_read);
                Ok(bytes)
            }
            Self::File(file) => {
                let part = file.slice_with_f64_and_f64(range.start as f64, range.end as f64)?;
                buffer(Ok(part.array_buffer())).await
            }
        }
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if let Self::Handle(open) = self {
            open.close();
        }
    }
}

/// Whether a handle can be opened for reading only. Browsers without that ignore the wish and open it for one tab alone.
fn can_read_beside_others() -> bool {
    let prototype = Reflect::get(&js_sys::global(), &"FileSystemSyncAccessHandle".into())
        .and_then(|class| Reflect::get(&class, &"prototype".into()));
    prototype.is_ok_and(|prototype| Reflect::has(&prototype, &"mode".into()).unwrap_or(false))
}

async fn open_to_read(file: &FileSystemFileHandle) -> Result<FileSystemSyncAccessHandle, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"mode".into(), &"read-only".into())?;
    let open: Function = Reflect::get(file, &"createSyncAccessHandle".into())?.dyn_into()?;
    get(open.call1(file, &options)?.dyn_into()?).await
}

async fn get<T: JsCast>(promise: Promise) -> Result<T, JsValue> {
    JsFuture::from(promise).await?.dyn_into()
}
