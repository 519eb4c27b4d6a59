//! `fetch`, without credentials, referrer or cache.

use download::{Body, Headers, Network, NetworkError, Request, Response};
use js_sys::{Date, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, DedicatedWorkerGlobalScope, MessageChannel, ReadableStreamDefaultReader, ReferrerPolicy,
    RequestCache, RequestCredentials, RequestInit, RequestRedirect,
};

use crate::exception::describe;

/// The worker's way to the hosts that its policy allows.
pub(crate) struct WebNetwork {
    scope: DedicatedWorkerGlobalScope,
}

impl WebNetwork {
    pub(crate) fn new(scope: DedicatedWorkerGlobalScope) -> Self {
        Self { scope }
    }

    async fn fetch(&self, request: &Request, transfer: &Transfer) -> Result<web_sys::Response, JsValue> {
        let headers = web_sys::Headers::new()?;
        if let Some(range) = &request.range {
            headers.set("range", &range.header())?;
        }
        if let Some(version) = &request.if_range {
            headers.set("if-range", version)?;
        }
        let init = RequestInit::new();
        init.set_headers(&headers);
        init.set_credentials(RequestCredentials::Omit);
        init.set_referrer_policy(ReferrerPolicy::NoReferrer);
        init.set_cache(RequestCache::NoStore);
        init.set_redirect(RequestRedirect::Follow);
        init.set_signal(Some(&transfer.0.signal()));
        let request = web_sys::Request::new_with_str_and_init(&request.url, &init)?;
        JsFuture::from(self.scope.fetch_with_request(&request)).await?.dyn_into()
    }

    /// Lets the event loop run everything that waits.
    async fn yield_to_event_loop() -> Result<(), JsValue> {
        let channel = MessageChannel::new()?;
        let (near, far) = (channel.port1(), channel.port2());
        let arrived = Promise::new(&mut |resolve, _| near.set_onmessage(Some(&resolve)));
        far.post_message(&JsValue::NULL)?;
        JsFuture::from(arrived).await?;
        near.close();
        Ok(())
    }
}

/// Comes back after `secs` seconds.
pub(crate) async fn sleep(secs: f64) -> Result<(), JsValue> {
    let scope = js_sys::global();
    let set_timeout: Function = Reflect::get(&scope, &"setTimeout".into())?.dyn_into()?;
    let over = Promise::new(&mut |resolve, _| {
        // A worker has it, and it takes any number.
        drop(set_timeout.call2(&scope, &resolve, &(secs * 1000.0).into()));
    });
    JsFuture::from(over).await.map(drop)
}

impl Network for WebNetwork {
    type Body = WebBody;

    async fn get(&self, request: Request) -> Result<Response<WebBody>, NetworkError> {
        let transfer = Transfer::new()?;
        let response = self.fetch(&request, &transfer).await;
        let response = response.map_err(|error| NetworkError::Unreachable(describe(&error)))?;
        let headers = response.headers();
        Ok(Response {
            status: response.status(),
            url: response.url(),
            headers: Headers::read(|name| headers.get(name).ok().flatten()),
            body: WebBody {
                reader: response.body().map(|body| body.get_reader().unchecked_into()),
                _transfer: transfer,
            },
        })
    }

    async fn pause(&self, secs: f64) {
        let paused = if secs > 0.0 { sleep(secs).await } else { Self::yield_to_event_loop().await };
        if let Err(error) = paused {
            web_sys::console::error_2(&"the event loop could not be reached:".into(), &error);
        }
    }

    fn now_secs(&self) -> f64 {
        Date::now() / 1000.0
    }
}

/// A request that is under way. Dropping it gives the request up; one that is over does not mind.
struct Transfer(AbortController);

impl Transfer {
    fn new() -> Result<Self, NetworkError> {
        AbortController::new().map(Self).map_err(|error| NetworkError::Unreachable(describe(&error)))
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer's bytes as they arrive.
pub(crate) struct WebBody {
    /// `None` where the answer has no body.
    reader: Option<ReadableStreamDefaultReader>,
    _transfer: Transfer,
}

impl WebBody {
    async fn step(&self) -> Result<Option<Vec<u8>>, JsValue> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let step = JsFuture::from(reader.read()).await?;
        if Reflect::get(&step, &"done".into())?.is_truthy() {
            return Ok(None);
        }
        let piece: Uint8Array = Reflect::get(&step, &"value".into())?.dyn_into()?;
        Ok(Some(piece.to_vec()))
    }
}

impl Body for WebBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, NetworkError> {
        self.step().await.map_err(|error| NetworkError::Broken(describe(&error)))
    }
}
