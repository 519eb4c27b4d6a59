use std::ops::Range;

use js_sys::{ArrayBuffer, Uint8Array};

use super::request::Transfer;
use super::{Body, ContentRange, NotThePart};
use crate::JsError;
use crate::promise::get;

/// What a host answered. Dropping it aborts what has not arrived yet.
#[derive(Debug)]
pub struct Response {
    response: web_sys::Response,
    transfer: Transfer,
}

impl Response {
    pub(super) fn new(response: web_sys::Response, transfer: Transfer) -> Self {
        Self { response, transfer }
    }

    /// 200, 206, 404 …
    pub fn status(&self) -> u16 {
        self.response.status()
    }

    /// Where the answer came from, after all redirects.
    pub fn url(&self) -> String {
        self.response.url()
    }

    /// A header as it came. `None` too if another origin does not expose it.
    pub fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }

    /// Which part of the file this is, if it answers a request for `asked`.
    ///
    /// # Errors
    /// If it is anything but a part of what was asked for, from its first byte on.
    pub fn part(&self, asked: &Range<u64>) -> Result<ContentRange, NotThePart> {
        ContentRange::of(self.status(), self.header("content-range").as_deref(), asked)
    }

    /// The bytes as they arrive.
    pub fn into_body(self) -> Body {
        Body::new(self.response.body(), self.transfer)
    }

    /// All bytes, when they have arrived.
    ///
    /// # Errors
    /// If the connection breaks first.
    pub async fn bytes(self) -> Result<Vec<u8>, JsError> {
        let buffer: ArrayBuffer = get(self.response.array_buffer()?).await?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}
