use std::ops::Range;

/// Access to the hosts: `fetch` in the browser, a script in tests.
///
/// Dropping the future cancels the request; dropping the body ends its transfer.
pub trait Network {
    /// The body of an answer.
    type Body: Body;

    /// Sends a GET request, follows redirects, and returns as soon as the headers are there, whatever the status.
    fn get(&self, request: Request) -> impl Future<Output = Result<Response<Self::Body>, NetworkError>>;

    /// Returns after `secs` seconds; with 0, as soon as waiting messages have been handled.
    fn pause(&self, secs: f64) -> impl Future<Output = ()>;

    /// Seconds since 1970, by this machine's clock.
    fn now_secs(&self) -> f64;
}

/// The bytes of an answer, in pieces.
pub trait Body {
    /// The next piece, of any length; `None` after the last one.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, NetworkError>>;
}

/// A request to a host. It never carries credentials, and no answer comes from the browser's cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The address.
    pub url: String,
    /// `Range: bytes=…`, unless the whole file is wanted.
    pub range: Option<ByteRange>,
    /// `If-Range`: a strong ETag, with its quotes. If this is set, a browser first asks the host for permission (a CORS preflight).
    pub if_range: Option<String>,
}

impl Request {
    /// A request for all of an address.
    pub fn whole(url: impl Into<String>) -> Self {
        Self { url: url.into(), range: None, if_range: None }
    }
}

/// Part of a file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// The byte after the last one; `None` is the end of the file.
    pub end: Option<u64>,
}

impl ByteRange {
    /// The value of a `Range` header: `bytes=0-99` for the first hundred bytes.
    pub fn header(&self) -> String {
        match self.end {
            Some(end) => format!("bytes={}-{}", self.start, end.saturating_sub(1)),
            None => format!("bytes={}-", self.start),
        }
    }
}

impl From<Range<u64>> for ByteRange {
    fn from(range: Range<u64>) -> Self {
        Self { start: range.start, end: Some(range.end) }
    }
}

/// What a host answers.
#[derive(Clone, Debug)]
pub struct Response<B> {
    /// 200, 206, 404 …
    pub status: u16,
    /// Where the answer came from, after all redirects.
    pub url: String,
    /// As far as the browser lets them be read.
    pub headers: Headers,
    /// The bytes.
    pub body: B,
}

/// The headers that are used, each as it came. A header that another origin does not expose is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Content-Length`
    pub content_length: Option<String>,
    /// `Content-Range`
    pub content_range: Option<String>,
    /// `Content-Encoding`
    pub content_encoding: Option<String>,
    /// `Content-Type`
    pub content_type: Option<String>,
    /// `ETag`
    pub etag: Option<String>,
    /// `X-Linked-ETag`: the hub's identifier of the file after a redirect, a SHA-256 for large files
    pub x_linked_etag: Option<String>,
    /// `X-Linked-Size`
    pub x_linked_size: Option<String>,
    /// `Last-Modified`
    pub last_modified: Option<String>,
    /// `Accept-Ranges`
    pub accept_ranges: Option<String>,
    /// `Retry-After`
    pub retry_after: Option<String>,
}

impl Headers {
    /// Reads each header by its name in lower case.
    pub fn read(mut get: impl FnMut(&str) -> Option<String>) -> Self {
        Self {
            content_length: get("content-length"),
            content_range: get("content-range"),
            content_encoding: get("content-encoding"),
            content_type: get("content-type"),
            etag: get("etag"),
            x_linked_etag: get("x-linked-etag"),
            x_linked_size: get("x-linked-size"),
            last_modified: get("last-modified"),
            accept_ranges: get("accept-ranges"),
            retry_after: get("retry-after"),
        }
    }
}

/// No answer, or an incomplete one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// There was no answer that may be read: no connection, or the host does not let pages of other origins read it. Browsers do
    /// not say which.
    #[error("no answer that may be read: {0}")]
    Unreachable(String),
    /// The connection broke while the body was coming.
    #[error("the connection broke: {0}")]
    Broken(String),
}
