use std::ops::Range;

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit};

use super::Response;
use crate::JsError;
use crate::promise::get;

#[wasm_bindgen]
extern "C" {
    /// The global function, which windows and workers have.
    fn fetch(request: &web_sys::Request) -> Promise;
}

/// A GET request. Redirects are followed.
#[derive(Clone, Debug)]
pub struct Request {
    url: String,
    headers: Vec<(&'static str, String)>,
    manner: Manner,
}

/// What goes along with a request.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// What the browser sends by itself, and its cache may answer.
    Usual,
    /// Nothing, and nothing comes from the cache.
    Anonymous,
}

impl Request {
    /// A request for all of an address.
    pub fn get(url: impl Into<String>) -> Self {
        Self { url: url.into(), headers: Vec::new(), manner: Manner::Usual }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Asks for these bytes only; `range` is not empty.
    #[must_use]
    pub fn range(self, range: &Range<u64>) -> Self {
        self.header("range", format!("bytes={}-{}", range.start, range.end.saturating_sub(1)))
    }

    /// Sends no credentials and no referrer, and takes nothing from the browser's cache.
    #[must_use]
    pub fn anonymous(self) -> Self {
        Self { manner: Manner::Anonymous, ..self }
    }

    /// Sends the request. Returns as soon as the answer's headers are there, whatever its status is. Dropping the future aborts the
    /// request.
    ///
    /// # Errors
    /// If there is no answer that this page may read, or the address is not one.
    pub async fn send(self) -> Result<Response, JsError> {
        let headers = Headers::new()?;
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        let transfer = Transfer(AbortController::new()?);
        let init = RequestInit::new();
        init.set_headers(&headers);
        init.set_signal(Some(&transfer.0.signal()));
        if let Manner::Anonymous = self.manner {
            init.set_credentials(RequestCredentials::Omit);
            init.set_referrer_policy(ReferrerPolicy::NoReferrer);
            init.set_cache(RequestCache::NoStore);
        }
        let request = web_sys::Request::new_with_str_and_init(&self.url, &init)?;
        Ok(Response::new(get(fetch(&request)).await?, transfer))
    }
}

/// A request under way. Dropping it aborts the request; one that is over is not affected.
#[derive(Debug)]
pub(super) struct Transfer(AbortController);

impl Drop for Transfer {
    fn drop(&mut self) {
        self.0.abort();
    }
}
