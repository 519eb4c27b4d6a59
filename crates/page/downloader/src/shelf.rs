//! The browser's private file system, through handles that a worker may use without waiting.

use std::ops::Range;
use std::rc::Rc;

use download::{FOLDER, Shelf, ShelfError, ShelfFile, Space};
use futures_channel::oneshot;
use js_sys::{Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemSyncAccessHandle, StorageManager,
};

use crate::exception::{name, shelf_error};
use crate::network::sleep;

/// The folder of the store.
pub(crate) struct WebShelf {
    storage: Rc<StorageManager>,
}

impl WebShelf {
    pub(crate) fn new(storage: StorageManager) -> Self {
        Self { storage: Rc::new(storage) }
    }

    /// Runs `job` to its end even where nobody waits for it any more: a handle that opens late must be closed again, and a small file
    /// be written whole.
    async fn to_the_end<T: 'static>(
        &self,
        job: impl Future<Output = Result<T, JsValue>> + 'static,
    ) -> Result<T, ShelfError> {
        let (done, outcome) = oneshot::channel();
        wasm_bindgen_futures::spawn_local(async move {
            // Nobody waits: what was opened is dropped and so closed.
            drop(done.send(job.await));
        });
        match outcome.await {
            Ok(outcome) => outcome.map_err(|error| shelf_error(&error)),
            Err(_) => Err(ShelfError::Failed("the browser ended a task of the store".into())),
        }
    }
}

impl Shelf for WebShelf {
    type File = OpenFile;

    async fn open(&self, name: &str) -> Result<OpenFile, ShelfError> {
        let (storage, name) = (Rc::clone(&self.storage), name.to_owned());
        self.to_the_end(async move { OpenFile::open(&storage, &name).await }).await
    }

    async fn read_small(&self, name: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        read_small(&self.storage, name).await.map_err(|error| shelf_error(&error))
    }

    async fn write_small(&self, name: &str, bytes: &[u8]) -> Result<(), ShelfError> {
        let (storage, name, bytes) = (Rc::clone(&self.storage), name.to_owned(), bytes.to_vec());
        self.to_the_end(async move { Ok(OpenFile::open(&storage, &name).await?.replace(&bytes)) }).await?
    }

    async fn remove(&self, name: &str) -> Result<(), ShelfError> {
        let (storage, name) = (Rc::clone(&self.storage), name.to_owned());
        let remove = async move {
            let folder = folder(&storage).await?;
            absent_is_none(again_while_locked(|| folder.remove_entry(&name)).await).map(drop)
        };
        self.to_the_end(remove).await
    }

    async fn list(&self) -> Result<Vec<(String, u64)>, ShelfError> {
        list(&self.storage).await.map_err(|error| shelf_error(&error))
    }

    async fn space(&self) -> Space {
        let Ok(estimate) = self.storage.estimate() else { return Space::default() };
        let Ok(estimate) = JsFuture::from(estimate).await else { return Space::default() };
        let bytes = |field: &str| {
            let n = Reflect::get(&estimate, &field.into()).ok().and_then(|n| n.as_f64());
            n.map(|n| n as u64)
        };
        Space { used_bytes: bytes("usage"), quota_bytes: bytes("quota") }
    }

    /// A file is made that long and removed. Its bytes are not written, but the browser counts them.
    async fn lacks_room(&self, n_bytes: u64) -> Option<u64> {
        // Where another tab is at the same, or the file cannot be had, writing will show.
        let mut file = self.open(ROOM).await.ok()?;
        let room = match file.truncate(n_bytes) {
            Err(ShelfError::Full(_)) => Some(most_that_fits(&mut file, n_bytes)),
            _ => None,
        };
        drop(file);
        // One that stays is empty or removed the next time.
        drop(self.remove(ROOM).await);
        room
    }
}

/// What [`Shelf::lacks_room`] tries with. It is no file of the store.
const ROOM: &str = "room";

/// To a thousandth of `n_bytes`, which do not fit.
fn most_that_fits(file: &mut OpenFile, n_bytes: u64) -> u64 {
    let (mut fits, mut is_too_much) = (0, n_bytes);
    while is_too_much - fits > n_bytes.div_ceil(1000) {
        let between = fits + (is_too_much - fits) / 2;
        if file.truncate(between).is_ok() { fits = between } else { is_too_much = between }
    }
    fits
}

/// A file that this worker alone has open.
pub(crate) struct OpenFile(FileSystemSyncAccessHandle);

impl OpenFile {
    async fn open(storage: &StorageManager, name: &str) -> Result<Self, JsValue> {
        let create = FileSystemGetFileOptions::new();
        create.set_create(true);
        let file = folder(storage).await?.get_file_handle_with_options(name, &create);
        let file: FileSystemFileHandle = get(file).await?;
        let handle = again_while_locked(|| file.create_sync_access_handle()).await?;
        Ok(Self(handle.dyn_into()?))
    }

    /// Makes `bytes` the whole contents. Cut behind the writing: a file that is torn by a crash is longer, not empty.
    fn replace(&mut self, bytes: &[u8]) -> Result<(), ShelfError> {
        let n_written = self.write(0, bytes)?;
        if n_written < bytes.len() {
            return Err(ShelfError::Full(format!("{n_written} of {} bytes were written", bytes.len())));
        }
        self.truncate(bytes.len() as u64)?;
        self.flush()
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl ShelfFile for OpenFile {
    fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, ShelfError> {
        let n_bytes = range.end.saturating_sub(range.start).min(self.n_bytes()?.saturating_sub(range.start));
        let mut bytes = vec![0; n_bytes as usize];
        let mut n_read = 0;
        while n_read < bytes.len() {
            let at = position(range.start + n_read as u64);
            let n = self.0.read_with_u8_array_and_options(&mut bytes[n_read..], &at);
            match n.map_err(|error| shelf_error(&error))? as usize {
                0 => break,
                n => n_read += n,
            }
        }
        bytes.truncate(n_read);
        Ok(bytes)
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> Result<usize, ShelfError> {
        let n = self.0.write_with_u8_array_and_options(bytes, &position(at));
        n.map(|n| n as usize).map_err(|error| shelf_error(&error))
    }

    fn truncate(&mut self, n_bytes: u64) -> Result<(), ShelfError> {
        self.0.truncate_with_f64(n_bytes as f64).map_err(|error| shelf_error(&error))
    }

    fn flush(&mut self) -> Result<(), ShelfError> {
        self.0.flush().map_err(|error| shelf_error(&error))
    }

    fn n_bytes(&mut self) -> Result<u64, ShelfError> {
        self.0.get_size().map(|n| n as u64).map_err(|error| shelf_error(&error))
    }
}

async fn read_small(storage: &StorageManager, name: &str) -> Result<Option<Vec<u8>>, JsValue> {
    let folder = folder(storage).await?;
    let handle = JsFuture::from(folder.get_file_handle(name)).await;
    let Some(handle) = absent_is_none(handle)? else { return Ok(None) };
    let file: File = get(handle.dyn_into::<FileSystemFileHandle>()?.get_file()).await?;
    let buffer = JsFuture::from(file.array_buffer()).await?;
    Ok(Some(js_sys::Uint8Array::new(&buffer).to_vec()))
}

async fn list(storage: &StorageManager) -> Result<Vec<(String, u64)>, JsValue> {
    let handles = folder(storage).await?.values();
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
        let file = JsFuture::from(handle.get_file()).await;
        if let Some(file) = absent_is_none(file)? {
            let file: File = file.dyn_into()?;
            files.push((file.name(), file.size() as u64));
        }
    }
}

/// Asked for each time: a person may have deleted the page's data meanwhile.
async fn folder(storage: &StorageManager) -> Result<FileSystemDirectoryHandle, JsValue> {
    let create = FileSystemGetDirectoryOptions::new();
    create.set_create(true);
    let root: FileSystemDirectoryHandle = get(storage.get_directory()).await?;
    get(root.get_directory_handle_with_options(FOLDER, &create)).await
}

async fn get<T: JsCast>(promise: Promise) -> Result<T, JsValue> {
    JsFuture::from(promise).await?.dyn_into()
}

fn absent_is_none<T>(outcome: Result<T, JsValue>) -> Result<Option<T>, JsValue> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if name(&error).as_deref() == Some("NotFoundError") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Asks again while somebody has the file open. Who holds its lock need not wait for anybody but one who just closed it, or a small
/// file that is being written.
async fn again_while_locked(ask: impl Fn() -> Promise) -> Result<JsValue, JsValue> {
    const TRIES: usize = 40;
    const PAUSE_SECS: f64 = 0.05;
    for _ in 1..TRIES {
        match JsFuture::from(ask()).await {
            Err(error) if name(&error).as_deref() == Some("NoModificationAllowedError") => {
                sleep(PAUSE_SECS).await?;
            }
            outcome => return outcome,
        }
    }
    JsFuture::from(ask()).await
}

fn position(at: u64) -> FileSystemReadWriteOptions {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(at as f64);
    options
}
