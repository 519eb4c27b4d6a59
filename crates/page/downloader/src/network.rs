use download::{Headers, Network, NetworkError, Request, Response};
use js_sys::Date;
use web::{sleep, yield_to_event_loop};

/// The worker's way to the hosts that its policy allows. No request carries credentials or a referrer or is answered by the cache.
pub(crate) struct WebNetwork;

impl Network for WebNetwork {
    type Body = Body;

    async fn get(&self, request: Request) -> Result<Response<Body>, NetworkError> {
        let mut sent = web::Request::get(request.url).anonymous();
        if let Some(range) = request.range {
            sent = sent.header("range", range.header());
        }
        if let Some(version) = request.if_range {
            sent = sent.header("if-range", version);
        }
        let answer = sent.send().await.map_err(|error| NetworkError::Unreachable(error.to_string()))?;
        Ok(Response {
            status: answer.status(),
            url: answer.url(),
            headers: Headers::read(|name| answer.header(name)),
            body: Body(answer.into_body()),
        })
    }

    async fn pause(&self, secs: f64) {
        if secs > 0.0 {
            sleep(secs).await;
        } else if let Err(error) = yield_to_event_loop().await {
            web_sys::console::error_1(&format!("the event loop could not be reached: {error}").into());
        }
    }

    fn now_secs(&self) -> f64 {
        Date::now() / 1000.0
    }
}

/// An answer's bytes as they arrive.
pub(crate) struct Body(web::Body);

impl download::Body for Body {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, NetworkError> {
        self.0.next().await.map_err(|error| NetworkError::Broken(error.to_string()))
    }
}
