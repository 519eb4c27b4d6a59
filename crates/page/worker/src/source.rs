//! Files that a browser can read: addresses on the page's own origin, files a person chose, files of the page's store.

use std::ops::Range;

use engine::{ByteSource, SourceError};
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DedicatedWorkerGlobalScope, File, Headers, ReadableStreamDefaultReader, Request, RequestInit, Response,
    Url,
};

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
    Whole { url: String, body: Body },
    /// A file on disk.
    File(File),
    /// A file of the store, whose chunks are verified.
    Stored(StoredFile),
}

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
        let failed = |message: String| SourceError { name: name.clone(), message };
        let response = fetch(url, 0..1).await.map_err(&failed)?;
        match response.status() {
            // A model is not held to one version: hosts of many machines may name one file differently on each.
            206 => Ok(Self { version: None, ..Self::of_ranges(url, &response)? }),
            200 => {
                let mut body = Body::of(&response).map_err(&failed)?;
                let total = header(&response, "content-length").and_then(|l| l.parse().ok());
                let n_bytes = match total {
                    Some(n) if header(&response, "content-encoding").is_none() => n,
                    // A length that is missing, or counts compressed bytes: the file must be here to be measured.
                    _ => {
                        body.receive(u64::MAX).await.map_err(|e| failed(describe(&e)))?;
                        body.arrived.len() as u64
                    }
                };
                let access = Access::Whole { url: url.to_owned(), body };
                Ok(Self { name, n_bytes, version: None, access })
            }
            status => Err(failed(format!("the host answered with status {status}"))),
        }
    }

    /// An address on the page's own origin whose host answers with the range asked for: a file that is too long to be fetched whole.
    pub(crate) async fn from_url_in_ranges(url: &str) -> Result<Self, SourceError> {
        let failed = |message: String| SourceError { name: name_of(url), message };
        let url = own(url).map_err(failed)?;
        let response = fetch(&url, 0..1).await.map_err(failed)?;
        match response.status() {
            206 => Self::of_ranges(&url, &response),
            200 => {
                // What has begun to arrive is given up. A function of the browser's own, which nothing depends on.
                drop(response.body().map(|body| body.cancel()));
                Err(failed(
                    "its host sends the whole file where a part of it is asked for; a data set is only read from a host that answers \
                     Range requests. Save the file and choose it from the disk"
                        .into(),
                ))
            }
            status => Err(failed(format!("the host answered with status {status}"))),
        }
    }

    /// Of a first answer that is a range: `Content-Range: bytes 0-0/12345`.
    fn of_ranges(url: &str, response: &Response) -> Result<Self, SourceError> {
        let name = name_of(url);
        let total = header(response, "content-range").and_then(|r| r.rsplit('/').next()?.parse().ok());
        let Some(n_bytes) = total else {
            return Err(SourceError { name, message: "the host did not say how long the file is".into() });
        };
        Ok(Self { name, n_bytes, version: version(response), access: Access::Ranges { url: url.to_owned() } })
    }

    fn failed(&self, error: &JsValue) -> SourceError {
        let kind = Reflect::get(error, &"name".into()).ok().and_then(|kind| kind.as_string());
        let message = match kind.as_deref() {
            // What browsers throw where a chosen file is no longer what it was when it was chosen.
            Some("NotReadableError" | "NotFoundError") => {
                "it was changed, moved or deleted after it was chosen; choose it again".to_owned()
            }
            _ => describe(error),
        };
        SourceError { name: self.name.clone(), message }
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
        let short =
            |n| SourceError { name, message: format!("{n} bytes came where {n_wanted} were asked for") };
        let bytes = match &mut self.access {
            Access::Ranges { url } => {
                let read = async {
                    let response = fetch(url, range).await?;
                    if response.status() != 206 {
                        // Not the body: it may be the whole file.
                        drop(response.body().map(|body| body.cancel()));
                        return Err(format!(
                            "the host answered with status {} where a range was asked for",
                            response.status()
                        ));
                    }
                    if self.version.is_some() && version(&response) != self.version {
                        return Err("it has changed on its host since it was opened; open it again".into());
                    }
                    buffer(response.array_buffer()).await.map_err(|e| describe(&e))
                };
                read.await.map_err(|message| SourceError { name: self.name.clone(), message })?
            }
            Access::Whole { url, body } => {
                let read = async {
                    if range.start < body.first {
                        *body = Body::of(&fetch(url, 0..1).await?)?;
                    }
                    body.read(range).await.map_err(|e| describe(&e))
                };
                read.await.map_err(|message| SourceError { name: self.name.clone(), message })?
            }
            Access::Stored(file) => file.read(range).await?,
            Access::File(file) => {
                let part = file.slice_with_f64_and_f64(range.start as f64, range.end as f64);
                match part {
                    Ok(part) => buffer(Ok(part.array_buffer())).await.map_err(|e| self.failed(&e))?,
                    Err(error) => return Err(self.failed(&error)),
                }
            }
        };
        if bytes.len() == n_wanted { Ok(bytes) } else { Err(short(bytes.len())) }
    }
}

fn name_of(url: &str) -> String {
    url.rsplit('/').next().unwrap_or(url).to_owned()
}

/// The whole address, which must be of the page's own origin.
fn own(url: &str) -> Result<String, String> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let origin = scope.location().origin();
    let whole = Url::new_with_base(url, &origin).map_err(|_| "this is no address".to_owned())?;
    if whole.origin() == origin {
        Ok(whole.href())
    } else {
        Err(format!("it lies on another host than this page; expected an address that begins {origin}/"))
    }
}

fn header(response: &Response, key: &str) -> Option<String> {
    response.headers().get(key).ok().flatten()
}

/// What a host says to tell one file from the next at the same address.
fn version(response: &Response) -> Option<String> {
    header(response, "etag").or_else(|| header(response, "last-modified"))
}

async fn fetch(url: &str, range: Range<u64>) -> Result<Response, String> {
    let get = async {
        let headers = Headers::new()?;
        headers.set("range", &format!("bytes={}-{}", range.start, range.end - 1))?;
        let init = RequestInit::new();
        init.set_headers(&headers);
        let request = Request::new_with_str_and_init(url, &init)?;
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        JsFuture::from(scope.fetch_with_request(&request)).await?.dyn_into::<Response>()
    };
    get.await.map_err(|e| describe(&e))
}

/// A file as it arrives. It is read from front to back, so what lies before the latest range is let go.
struct Body {
    reader: ReadableStreamDefaultReader,
    /// Where in the file `arrived` begins.
    first: u64,
    arrived: Vec<u8>,
}

impl Body {
    fn of(response: &Response) -> Result<Self, String> {
        let body = response.body().ok_or("the host sent no bytes")?;
        Ok(Self { reader: body.get_reader().unchecked_into(), first: 0, arrived: Vec::new() })
    }

    /// Reads on until the file has arrived up to `end`, or is over.
    async fn receive(&mut self, end: u64) -> Result<(), JsValue> {
        while self.first + (self.arrived.len() as u64) < end {
            let step = JsFuture::from(self.reader.read()).await?;
            if Reflect::get(&step, &"done".into())?.is_truthy() {
                return Ok(());
            }
            let chunk: Uint8Array = Reflect::get(&step, &"value".into())?.dyn_into()?;
            self.arrived.extend_from_slice(&chunk.to_vec());
        }
        Ok(())
    }

    /// A range that does not begin before the one before it; shorter where the file is.
    async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, JsValue> {
        self.receive(range.start).await?;
        let n_past = ((range.start - self.first) as usize).min(self.arrived.len());
        self.arrived.drain(..n_past);
        self.first += n_past as u64;
        self.receive(range.end).await?;
        let n = ((range.end - range.start) as usize).min(self.arrived.len());
        Ok(self.arrived[..n].to_vec())
    }
}

pub(crate) async fn buffer(promise: Result<js_sys::Promise, JsValue>) -> Result<Vec<u8>, JsValue> {
    let buffer: ArrayBuffer = JsFuture::from(promise?).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// An exception in words.
pub(crate) fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |e| String::from(e.message()))
}
