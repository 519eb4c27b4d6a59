use std::ops::Range;

/// The way to the hosts: `fetch` in the browser, a script in tests.
///
/// A future that is dropped gives the request up; a body that is dropped ends its transfer.
pub trait Network {
    /// What an answer's bytes come through.
    type Body: Body;

    /// Asks for an address by GET, follows redirects, and answers as soon as the headers are there, whatever the status is.
    fn get(&self, request: Request) -> impl Future<Output = Result<Response<Self::Body>, NetworkError>>;

    /// Comes back after `secs` seconds; with 0, as soon as waiting messages have been taken in.
    fn pause(&self, secs: f64) -> impl Future<Output = ()>;

    /// Seconds since 1970, by this machine's clock.
    fn now_secs(&self) -> f64;
}

/// The bytes of an answer, in pieces.
pub trait Body {
    /// The next piece, of any length; `None` behind the last one.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, NetworkError>>;
}

/// What is asked of a host. Credentials are never sent with it, and nothing comes from the browser's cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The address.
    pub url: String,
    /// `Range: bytes=…`, where not the whole file is wanted.
    pub range: Option<ByteRange>,
    /// `If-Range`: a strong ETag, with its quotes. A browser asks the host for leave first (a CORS preflight) where this is set.
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
    /// The byte behind the last one; `None` is the end of the file.
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
    /// Where the answer came from, behind all redirects.
    pub url: String,
    /// As far as the browser lets them be read.
    pub headers: Headers,
    /// The bytes.
    pub body: B,
}

/// The headers that are looked at, each as it came. A header that another origin does not expose is absent.
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
    /// `X-Linked-ETag`: the hub's name for what stands behind a redirect, a SHA-256 for large files
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
    /// Fills the headers by asking for each by its name in lower case.
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

/// No answer, or half of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// There was no answer that may be read: no connection, or the host does not let pages of other origins read it. Browsers do
    /// not tell which.
    #[error("no answer that may be read: {0}")]
    Unreachable(String),
    /// The connection broke while the body was coming.
    #[error("the connection broke: {0}")]
    Broken(String),
}
