use js_sys::Promise;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions,
};

use super::{OpenFile, SharedFile};
use crate::promise::{get, step, to_the_end};
use crate::{ErrorKind, JsError, blob, sleep, storage};

/// The folder of this name in the root of the origin's private file system. It is made when it is first used.
///
/// What opens, writes or removes a file goes on to its end even if the future is dropped. It also waits two seconds for a file that
/// is open elsewhere: whoever holds a file's lock meets only a holder that just closed it, or a small file that is being written.
#[derive(Clone, Copy, Debug)]
pub struct PrivateFolder {
    name: &'static str,
}

/// A file of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its length.
    pub n_bytes: u64,
    /// When it was last changed, in milliseconds since 1970.
    pub changed_ms: f64,
}

impl PrivateFolder {
    /// The folder of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// Whether the browser grants private files at all.
    pub async fn is_granted(self) -> bool {
        self.handle().await.is_ok()
    }

    /// Every file; folders in it are left out. Works while somebody has files open.
    ///
    /// # Errors
    /// In the browser's words.
    pub async fn list(self) -> Result<Vec<Entry>, JsError> {
        let handles = self.handle().await?.values();
        let mut files = Vec::new();
        while let Some(handle) = step(handles.next()?).await? {
            let Ok(handle) = handle.dyn_into::<FileSystemFileHandle>() else { continue };
            // A file that another tab has just removed is left out.
            if let Some(file) = absent_is_none(get::<File>(handle.get_file()).await)? {
                files.push(Entry {
                    name: file.name(),
                    n_bytes: file.size() as u64,
                    changed_ms: file.last_modified(),
                });
            }
        }
        Ok(files)
    }

    /// A file as it is now. Its bytes are read later; see [`blob`]. Works while somebody has the file open.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such file.
    pub async fn file(self, name: &str) -> Result<File, JsError> {
        let handle: FileSystemFileHandle = get(self.handle().await?.get_file_handle(name)).await?;
        get(handle.get_file()).await
    }

    /// The contents of a file; `None` if there is no such file. Works while somebody has the file open.
    ///
    /// # Errors
    /// In the browser's words.
    pub async fn read(self, name: &str) -> Result<Option<Vec<u8>>, JsError> {
        let read = async { blob::read_all(&self.file(name).await?.into()).await };
        absent_is_none(read.await)
    }

    /// Opens a file to read and write it. A file that is not there is made, empty.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] if it stays open elsewhere.
    pub async fn open(self, name: &str) -> Result<OpenFile, JsError> {
        let name = name.to_owned();
        to_the_end(async move { self.opened(&name).await }).await
    }

    /// Opens a file to read parts of it, beside others who read it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such file.
    pub async fn open_shared(self, name: &str) -> Result<SharedFile, JsError> {
        let name = name.to_owned();
        let open =
            async move { SharedFile::open(get(self.handle().await?.get_file_handle(&name)).await?).await };
        to_the_end(open).await
    }

    /// Makes `bytes` the contents of a file from byte `at` to its end. They are on the disk when this returns.
    ///
    /// # Errors
    /// As [`OpenFile::write_to_end`].
    pub async fn write(self, name: &str, at: u64, bytes: &[u8]) -> Result<(), JsError> {
        let (name, bytes) = (name.to_owned(), bytes.to_vec());
        to_the_end(async move { self.opened(&name).await?.write_to_end(at, &bytes) }).await
    }

    /// Removes a file; one that is not there is not an error.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] if it stays open elsewhere.
    pub async fn remove(self, name: &str) -> Result<(), JsError> {
        let name = name.to_owned();
        let remove = async move {
            let folder = self.handle().await?;
            absent_is_none(retry_while_in_use(|| folder.remove_entry(&name)).await).map(drop)
        };
        to_the_end(remove).await
    }

    async fn opened(self, name: &str) -> Result<OpenFile, JsError> {
        let create = FileSystemGetFileOptions::new();
        create.set_create(true);
        let file = self.handle().await?.get_file_handle_with_options(name, &create);
        let file: FileSystemFileHandle = get(file).await?;
        let handle = retry_while_in_use(|| file.create_sync_access_handle()).await?;
        Ok(OpenFile::new(handle.dyn_into()?))
    }

    /// Asked for each time: a person may have deleted the page's data in the meantime.
    async fn handle(self) -> Result<FileSystemDirectoryHandle, JsError> {
        let create = FileSystemGetDirectoryOptions::new();
        create.set_create(true);
        let root: FileSystemDirectoryHandle = get(storage::manager()?.get_directory()).await?;
        get(root.get_directory_handle_with_options(self.name, &create)).await
    }
}

fn absent_is_none<T>(outcome: Result<T, JsError>) -> Result<Option<T>, JsError> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn retry_while_in_use(ask: impl Fn() -> Promise) -> Result<JsValue, JsError> {
    const TRIES: usize = 40;
    const PAUSE_SECS: f64 = 0.05;
    for _ in 1..TRIES {
        match JsFuture::from(ask()).await.map_err(JsError::from) {
            Err(error) if error.kind() == ErrorKind::InUse => sleep(PAUSE_SECS).await,
            outcome => return outcome,
        }
    }
    Ok(JsFuture::from(ask()).await?)
}
