//! A static file server: `cargo xtask serve` and the browser specs serve `dist/` with it.

use std::convert::Infallible;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;

use anyhow::{Context, Result};
use hyper::body::Incoming;
use hyper::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_RANGE, RANGE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tower_http::services::ServeDir;
use tower_http::services::fs::ServeFileSystemResponseBody;
use tower_service::Service as _;

use crate::Layout;

/// So that one can answer while the other sends a large file.
const N_THREADS: usize = 2;

/// How much of a file is read at once: files of weights have gigabytes.
const CHUNK_BYTES: usize = 1 << 18;

/// A folder that is served on 127.0.0.1; stops when dropped.
pub struct Site {
    address: SocketAddr,
    /// Only taken when the site is dropped.
    runtime: Option<Runtime>,
}

impl Site {
    /// Serves `folder` on `port` (0: any free one), and sends these headers with every file.
    ///
    /// # Errors
    /// If the folder does not exist, the port is taken, or a header cannot be sent.
    pub fn start(folder: &Path, port: u16, headers: &[(String, String)]) -> Result<Self> {
        let folder =
            folder.canonicalize().with_context(|| format!("there is no folder {}", folder.display()))?;
        let headers =
            headers.iter().map(|(name, value)| header(name, value)).collect::<Result<HeaderMap>>()?;
        let runtime = Builder::new_multi_thread().worker_threads(N_THREADS).enable_io().build()?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("cannot serve on port {port} of 127.0.0.1: try --port 0"))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let files = ServeDir::new(folder)
            .redirect_to_trailing_slash(false)
            .ignore_multi_range_requests(true)
            .with_buf_chunk_size(CHUNK_BYTES);
        runtime.spawn(async move { listen(TcpListener::from_std(listener)?, &files, &headers).await });
        Ok(Self { address, runtime: Some(runtime) })
    }

    /// `http://127.0.0.1:8080`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Without waiting: specs drop a site inside their own runtime, which must not block.
            runtime.shutdown_background();
        }
    }
}

/// Serves `dist/` with the headers of `web/_headers` until the process ends.
///
/// # Errors
/// As [`Site::start`], or if `web/_headers` cannot be read.
pub fn serve(layout: &Layout, port: u16) -> Result<()> {
    let path = layout.root().join("web/_headers");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let headers = headers_of(&text).with_context(|| format!("in {}", path.display()))?;
    let site = Site::start(&layout.dist(), port, &headers)?;
    println!("\n{}/  (Ctrl+C ends)", site.origin());
    loop {
        thread::park();
    }
}

/// The headers that a `_headers` file sets for every file: indented lines, `Name: value`.
fn headers_of(text: &str) -> Result<Vec<(String, String)>> {
    let lines = text.lines().filter(|line| line.starts_with(char::is_whitespace) && !line.trim().is_empty());
    let pair = |line: &str| {
        let (name, value) = line.split_once(':').with_context(|| format!("no header is in {line:?}"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    };
    lines.map(pair).collect()
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let cannot = || format!("{name}: {value:?} cannot be sent as a header");
    Ok((name.parse().with_context(cannot)?, value.parse().with_context(cannot)?))
}

async fn listen(listener: TcpListener, files: &ServeDir, headers: &HeaderMap) -> Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        let (files, headers) = (files.clone(), headers.clone());
        let service = service_fn(move |request| answer(files.clone(), headers.clone(), request));
        // If a person leaves while a file is sent, that is not an error of the server.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    mut files: ServeDir,
    headers: HeaderMap,
    mut request: Request<Incoming>,
) -> Result<Response<ServeFileSystemResponseBody>> {
    if let Some(begun) = request.headers_mut().remove(IF_RANGE)
        && version(&mut files, &request).await? != Some(begun)
    {
        // A part of another version would not fit what the client has, so the whole file is sent.
        request.headers_mut().remove(RANGE);
    }
    let mut response = files.call(request).await?;
    response.headers_mut().extend(headers);
    Ok(response)
}

/// The `ETag` of a file. `ServeDir` sends it, but does not know `If-Range`.
async fn version(files: &mut ServeDir, request: &Request<Incoming>) -> Result<Option<HeaderValue>> {
    let look = Request::builder().method(Method::HEAD).uri(request.uri()).body(String::new())?;
    Ok(files.call(look).await?.headers_mut().remove(ETAG))
}

#[cfg(test)]
mod tests;
