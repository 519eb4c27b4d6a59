//! Files that a browser can read: addresses on the page's own origin, files a person chose, files of the page's store.

mod arriving;

use std::ops::Range;

use engine::{ByteSource, SourceError};
use wasm_bindgen::JsCast as _;
use web::{ErrorKind, JsError, Request, Response, blob};
use web_sys::{DedicatedWorkerGlobalScope, File, Url};

use self::arriving::Arriving;
use crate::stored::StoredFile;

/// A file and how to get at its bytes.
pub(crate) struct WebSource {
    name: String,
    n_bytes: u64,
    /// See [`ByteSource::version`].
    version: Option<String>,
    access: Access,
}

enum Access {
    /// A host that answers with the range asked for.
    Ranges { url: String },
    /// A host that sends the whole file.
    Whole { url: String, file: Arriving },
    /// A file on disk.
    File(File),
    /// A file of the store, whose chunks are verified.
    Stored(StoredFile),
}

/// What is asked for first: the host's answer shows whether it knows ranges.
const FIRST_BYTE: Range<u64> = 0..1;

impl WebSource {
    /// A chosen or dropped file.
    pub(crate) fn from_file(file: &File) -> Self {
        Self {
            name: file.name(),
            n_bytes: file.size() as u64,
            version: Some(file.last_modified().to_string()),
            access: Access::File(file.clone()),
        }
    }

    /// A file of the page's own store.
    pub(crate) fn from_stored(file: StoredFile) -> Self {
        let (name, n_bytes) = (file.name().to_owned(), file.n_bytes());
        Self { name, n_bytes, version: None, access: Access::Stored(file) }
    }

    /// An address on the page's own origin.
    pub(crate) async fn from_url(url: &str) -> Result<Self, SourceError> {
        let name = name_of(url);
        let failed = |error: JsError| SourceError { name: name.clone(), message: error.to_string() };
        let response = ask(url, &FIRST_BYTE).await.map_err(failed)?;
        if response.status() != 200 {
            // A model is not held to one version: hosts of many machines may name one file differently on each.
            return Ok(Self { version: None, ..Self::of_ranges(url, &response)? });
        }
        let length = response.header("content-length").and_then(|length| length.parse().ok());
        let is_encoded = response.header("content-encoding").is_some();
        let mut file = Arriving::new(response);
        let n_bytes = match length {
            Some(n) if !is_encoded => n,
            // A length that is missing, or counts compressed bytes: the file must be here to be measured.
            _ => file.measure().await.map_err(failed)?,
        };
        Ok(Self { name, n_bytes, version: None, access: Access::Whole { url: url.to_owned(), file } })
    }

    /// An address on the page's own origin whose host answers with the range asked for: a file that is too long to be fetched whole.
    pub(crate) async fn from_url_in_ranges(url: &str) -> Result<Self, SourceError> {
        let failed = |message: String| SourceError { name: name_of(url), message };
        let url = own(url).map_err(failed)?;
        let response = ask(&url, &FIRST_BYTE).await.map_err(|error| failed(error.to_string()))?;
        if response.status() == 200 {
            return Err(failed(
                "its host sends the whole file where a part of it is asked for; a data set is only read from a host that answers \
                 Range requests. Save the file and choose it from the disk"
                    .into(),
            ));
        }
        Self::of_ranges(&url, &response)
    }

    /// From an answer to a request for the first byte.
    fn of_ranges(url: &str, response: &Response) -> Result<Self, SourceError> {
        let failed = |message: String| SourceError { name: name_of(url), message };
        let part = response.part(&FIRST_BYTE).map_err(|error| failed(error.to_string()))?;
        let n_bytes =
            part.n_total.ok_or_else(|| failed("the host did not say how long the file is".into()))?;
        let access = Access::Ranges { url: url.to_owned() };
        Ok(Self { name: name_of(url), n_bytes, version: version(response), access })
    }
}

impl ByteSource for WebSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    fn version(&self) -> Option<String> {
        self.version.clone()
    }

    async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let n_wanted = (range.end - range.start) as usize;
        let name = self.name.clone();
        let failed = |message: String| SourceError { name, message };
        let read = match &mut self.access {
            Access::Stored(file) => return sized(file.read(range).await?, n_wanted).map_err(failed),
            Access::Ranges { url } => read_part(url, range, self.version.as_deref()).await,
            Access::Whole { url, file } => {
                read_arriving(url, file, range).await.map_err(|error| error.to_string())
            }
            Access::File(file) => blob::read(file, range).await.map_err(|error| chosen(&error)),
        };
        read.and_then(|bytes| sized(bytes, n_wanted)).map_err(failed)
    }
}

fn sized(bytes: Vec<u8>, n_wanted: usize) -> Result<Vec<u8>, String> {
    match bytes.len() {
        n if n == n_wanted => Ok(bytes),
        n => Err(format!("{n} bytes came where {n_wanted} were asked for")),
    }
}

/// The part of a file; of the version that was opened, if that is known.
async fn read_part(url: &str, range: Range<u64>, opened: Option<&str>) -> Result<Vec<u8>, String> {
    let response = ask(url, &range).await.map_err(|error| error.to_string())?;
    response.part(&range).map_err(|error| error.to_string())?;
    if opened.is_some() && version(&response).as_deref() != opened {
        return Err("it has changed on its host since it was opened; open it again".into());
    }
    response.bytes().await.map_err(|error| error.to_string())
}

async fn read_arriving(url: &str, file: &mut Arriving, range: Range<u64>) -> Result<Vec<u8>, JsError> {
    if range.start < file.first() {
        *file = Arriving::new(ask(url, &FIRST_BYTE).await?);
    }
    file.read(range).await
}

/// Why a file on disk cannot be read.
fn chosen(error: &JsError) -> String {
    match error.kind() {
        // What browsers throw if a chosen file is no longer what it was when it was chosen.
        ErrorKind::NotReadable | ErrorKind::NotFound => {
            "it was changed, moved or deleted after it was chosen; choose it again".to_owned()
        }
        _ => error.to_string(),
    }
}

fn name_of(url: &str) -> String {
    url.rsplit('/').next().unwrap_or(url).to_owned()
}

/// The whole address, which must be of the page's own origin.
fn own(url: &str) -> Result<String, String> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let origin = scope.location().origin();
    let whole = Url::new_with_base(url, &origin).map_err(|_| "this is not an address".to_owned())?;
    if whole.origin() == origin {
        Ok(whole.href())
    } else {
        Err(format!("it lies on another host than this page; expected an address that begins {origin}/"))
    }
}

/// What a host says to tell one file from the next at the same address.
fn version(response: &Response) -> Option<String> {
    response.header("etag").or_else(|| response.header("last-modified"))
}

async fn ask(url: &str, range: &Range<u64>) -> Result<Response, JsError> {
    Request::get(url).range(range).send().await
}
