use std::ops::Range;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::{File, FileSystemFileHandle};

use super::OpenFile;
use crate::promise::get;
use crate::{JsError, blob, object, property};

#[wasm_bindgen]
extern "C" {
    /// A `FileSystemFileHandle` whose method takes options, which `web-sys` does not know yet.
    type FileHandle;

    #[wasm_bindgen(method, catch, js_name = createSyncAccessHandle)]
    fn create_sync_access_handle(this: &FileHandle, options: &Object) -> Result<Promise, JsValue>;
}

/// A private file to read parts of, while others may read it too.
#[derive(Debug)]
pub struct SharedFile(Access);

#[derive(Debug)]
enum Access {
    /// Without a copy through another process, in browsers that let several tabs have such a handle at once.
    Handle(OpenFile),
    /// The file as it was when it was opened.
    Snapshot(File),
}

impl SharedFile {
    pub(super) async fn open(file: FileSystemFileHandle) -> Result<Self, JsError> {
        if can_read_beside_others()
            && let Ok(open) = open_to_read(&file).await
        {
            return Ok(Self(Access::Handle(open)));
        }
        Ok(Self(Access::Snapshot(get(file.get_file()).await?)))
    }

    /// Its length.
    ///
    /// # Errors
    /// In the browser's words.
    pub fn n_bytes(&self) -> Result<u64, JsError> {
        match &self.0 {
            Access::Handle(open) => open.n_bytes(),
            Access::Snapshot(file) => Ok(file.size() as u64),
        }
    }

    /// The bytes of `range`, fewer if the file ends before it.
    ///
    /// # Errors
    /// In the browser's words.
    pub async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, JsError> {
        match &self.0 {
            Access::Handle(open) => open.read(range),
            Access::Snapshot(file) => blob::read(file, range).await,
        }
    }
}

/// Whether a handle can be opened for reading only. Browsers that cannot do it ignore the option and open the file for one tab.
fn can_read_beside_others() -> bool {
    let class = property(&js_sys::global(), "FileSystemSyncAccessHandle");
    let prototype = class.and_then(|class| property(&class, "prototype"));
    prototype.is_some_and(|prototype| Reflect::has(&prototype, &"mode".into()).unwrap_or(false))
}

async fn open_to_read(file: &FileSystemFileHandle) -> Result<OpenFile, JsError> {
    let options = object(&[("mode", "read-only".into())]);
    let handle = file.unchecked_ref::<FileHandle>().create_sync_access_handle(&options)?;
    Ok(OpenFile::new(get(handle).await?))
}
