use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use download::{Body, Headers, Network, NetworkError, Request, Response};

use super::clock::{Clock, yield_now};

/// How many bytes a body gives at once.
const PIECE: usize = 23;

/// What goes wrong with one answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Nothing does.
    None,
    /// There is no connection.
    Unreachable,
    /// The connection breaks after so many bytes.
    DropAfter(usize),
    /// The answer ends after so many bytes, as if that were all.
    EndAfter(usize),
    /// Nothing more comes after so many bytes.
    StallAfter(usize),
    /// Another status, with a page.
    Status(u16, Option<&'static str>),
    /// Status 200 and a page.
    Page,
    /// A page, and the type says so.
    TypedPage,
    /// The whole file, whatever was asked for.
    IgnoreRange,
    /// More bytes than are announced.
    TooMany(usize),
    /// Fewer bytes are there than are announced.
    Announce(u64),
    /// One byte is another, counted from the answer's beginning.
    Garble(usize),
    /// From this answer on the file is another one.
    Change(Vec<u8>, Option<String>),
    /// No header but the length may be read.
    Unexposed,
    /// A part that begins elsewhere.
    Shift(u64),
}

/// A file at an address.
#[derive(Clone, Default)]
pub(crate) struct Hosted {
    pub(crate) bytes: Vec<u8>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    pub linked_sha256: Option<String>,
    pub(crate) has_no_ranges: bool,
    /// The preflight for If-Range is refused.
    pub(crate) refuses_if_range: bool,
    pub(crate) is_unexposed: bool,
    pub(crate) has_no_length: bool,
    /// By request; after the last everything works.
    pub(crate) faults: VecDeque<Fault>,
    /// What goes wrong with every request after those.
    pub(crate) always: Option<Fault>,
}

impl Hosted {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, etag: Some("\"1\"".to_owned()), ..Self::default() }
    }

    pub(crate) fn failing(bytes: Vec<u8>, faults: impl IntoIterator<Item = Fault>) -> Self {
        Self { faults: faults.into_iter().collect(), ..Self::new(bytes) }
    }

    pub(crate) fn always(bytes: Vec<u8>, fault: Fault) -> Self {
        Self { always: Some(fault), ..Self::new(bytes) }
    }
}

#[derive(Clone, Default)]
pub(crate) struct Hosts(Rc<State>);

#[derive(Default)]
struct State {
    clock: RefCell<Clock>,
    files: RefCell<BTreeMap<String, Hosted>>,
    n_served: Cell<u64>,
    requests: RefCell<Vec<Request>>,
}

impl Hosts {
    pub(crate) fn set_clock(&self, clock: Clock) {
        self.0.clock.replace(clock);
    }

    pub(crate) fn put(&self, url: &str, hosted: Hosted) {
        self.0.files.borrow_mut().insert(url.to_owned(), hosted);
    }

    pub(crate) fn change(&self, url: &str, change: impl FnOnce(&mut Hosted)) {
        change(self.0.files.borrow_mut().get_mut(url).unwrap());
    }

    /// Bytes of bodies that were handed over since this was asked last.
    pub(crate) fn n_served(&self) -> u64 {
        self.0.n_served.take()
    }

    /// What was asked for since this was asked last.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.0.requests.take()
    }
}

enum End {
    Clean,
    Broken,
    Silent,
}

pub(crate) struct Answer {
    hosts: Hosts,
    bytes: VecDeque<u8>,
    end: End,
}

impl Body for Answer {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, NetworkError> {
        yield_now().await;
        if self.bytes.is_empty() {
            return match self.end {
                End::Clean => Ok(None),
                End::Broken => Err(NetworkError::Broken("reset".to_owned())),
                End::Silent => std::future::pending().await,
            };
        }
        let piece: Vec<u8> = self.bytes.drain(..self.bytes.len().min(PIECE)).collect();
        self.hosts.0.n_served.set(self.hosts.0.n_served.get() + piece.len() as u64);
        Ok(Some(piece))
    }
}

impl Network for Hosts {
    type Body = Answer;

    async fn get(&self, request: Request) -> Result<Response<Answer>, NetworkError> {
        yield_now().await;
        self.0.requests.borrow_mut().push(request.clone());
        let unreachable = || NetworkError::Unreachable("Failed to fetch".to_owned());
        let mut files = self.0.files.borrow_mut();
        let Some(hosted) = files.get_mut(&request.url) else {
            return Ok(self.answer(404, b"Not found", Headers::default()));
        };
        if hosted.refuses_if_range && request.if_range.is_some() {
            return Err(unreachable());
        }
        let fault = hosted.faults.pop_front().or(hosted.always.clone()).unwrap_or(Fault::None);
        if let Fault::Change(bytes, etag) = &fault {
            hosted.bytes.clone_from(bytes);
            hosted.etag.clone_from(etag);
        }
        match fault {
            Fault::Unreachable => return Err(unreachable()),
            Fault::Status(status, after) => {
                let headers = Headers { retry_after: after.map(str::to_owned), ..Headers::default() };
                return Ok(self.answer(status, b"<html>no</html>", headers));
            }
            Fault::Page => return Ok(self.page(Headers::default())),
            Fault::TypedPage => {
                let kind = Some("text/html; charset=utf-8".to_owned());
                return Ok(self.page(Headers { content_type: kind, ..Headers::default() }));
            }
            _ => {}
        }
        let is_stale = request.if_range.is_some() && request.if_range != hosted.etag;
        let n_total = hosted.bytes.len() as u64;
        let range = request
            .range
            .filter(|_| !hosted.has_no_ranges && !is_stale && !matches!(fault, Fault::IgnoreRange));
        let (status, start, end) = match range {
            Some(range) if range.start >= n_total => return Ok(self.answer(416, b"", Headers::default())),
            Some(range) => (206, range.start, range.end.unwrap_or(n_total).min(n_total)),
            None => (200, 0, n_total),
        };
        let mut body = hosted.bytes[start as usize..end as usize].to_vec();
        let mut headers = Headers {
            content_length: (!hosted.has_no_length).then(|| body.len().to_string()),
            last_modified: hosted.last_modified.clone(),
            ..Headers::default()
        };
        if !hosted.is_unexposed && !matches!(fault, Fault::Unexposed) {
            headers.etag.clone_from(&hosted.etag);
            headers.x_linked_etag = hosted.linked_sha256.as_ref().map(|sha256| format!("\"{sha256}\""));
            headers.content_range = (status == 206).then(|| format!("bytes {start}-{}/{n_total}", end - 1));
        }
        let mut ending = End::Clean;
        match fault {
            Fault::DropAfter(n) => {
                body.truncate(n);
                ending = End::Broken;
            }
            Fault::EndAfter(n) => body.truncate(n),
            Fault::StallAfter(n) => {
                body.truncate(n);
                ending = End::Silent;
            }
            Fault::TooMany(n) => body.extend(vec![0xAA; n]),
            Fault::Announce(n) => {
                headers.content_length = Some((body.len() as u64 + n).to_string());
                headers.content_range =
                    headers.content_range.map(|_| format!("bytes {start}-{}/{}", end - 1 + n, n_total + n));
            }
            Fault::Garble(at) if !body.is_empty() => {
                let at = at % body.len();
                body[at] ^= 0x55;
            }
            Fault::Shift(by) if status == 206 => {
                headers.content_range = Some(format!("bytes {}-{}/{n_total}", start + by, end - 1));
            }
            _ => {}
        }
        Ok(Response {
            status,
            url: request.url,
            headers,
            body: Answer { hosts: self.clone(), bytes: body.into(), end: ending },
        })
    }

    async fn pause(&self, secs: f64) {
        let clock = self.0.clock.borrow().clone();
        clock.pause(secs).await;
    }

    fn now_secs(&self) -> f64 {
        self.0.clock.borrow().now_secs()
    }
}

impl Hosts {
    fn answer(&self, status: u16, body: &[u8], headers: Headers) -> Response<Answer> {
        let body = Answer { hosts: self.clone(), bytes: body.to_vec().into(), end: End::Clean };
        Response { status, url: String::new(), headers, body }
    }

    fn page(&self, headers: Headers) -> Response<Answer> {
        let page = b"<!DOCTYPE html><html><body>Please sign in</body></html>";
        let headers = Headers { content_length: Some(page.len().to_string()), ..headers };
        self.answer(200, page, headers)
    }
}
