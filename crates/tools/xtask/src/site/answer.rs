use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use tiny_http::{Header, Method, Request, Response, ResponseBox, StatusCode};

use super::header;
use super::media_type::media_type;
use super::range::{Wanted, wanted};

/// Answers one request from a folder.
pub(super) fn answer(request: Request, folder: &Path, headers: &[Header]) -> io::Result<()> {
    let mut response = if matches!(request.method(), Method::Get | Method::Head) {
        let asked = |name: &'static str| {
            let header = request.headers().iter().find(|header| header.field.equiv(name));
            header.map(|header| header.value.as_str())
        };
        respond(folder, request.url(), asked("Range"), asked("If-Range"))
    } else {
        text(405, "only GET and HEAD are answered here")
    };
    for header in headers {
        response.add_header(header.clone());
    }
    write(request, response)
}

/// Writes a response, and has the client close the connection behind it.
///
/// tiny_http gives each connection a thread of its pool, and of two that come at once with one thread idle the second may wait until
/// a thread is free again (`TaskPool::spawn` counts threads that were woken as idle). A browser keeps its connections for minutes, so
/// the page would not start. tiny_http leaves a `Connection` header of ours out, so the response is written here.
fn write(request: Request, response: ResponseBox) -> io::Result<()> {
    let has_body = *request.method() != Method::Head;
    let mut out = request.into_writer();
    let status = response.status_code();
    write!(out, "HTTP/1.1 {} {}\r\n", status.0, status.default_reason_phrase())?;
    for header in response.headers() {
        write!(out, "{}: {}\r\n", header.field, header.value)?;
    }
    if let Some(n_bytes) = response.data_length() {
        write!(out, "Content-Length: {n_bytes}\r\n")?;
    }
    out.write_all(b"Connection: close\r\n\r\n")?;
    if has_body {
        io::copy(&mut response.into_reader(), &mut out)?;
    }
    out.flush()
}

fn respond(folder: &Path, url: &str, range: Option<&str>, if_range: Option<&str>) -> ResponseBox {
    let Some(path) = path_of(folder, url) else { return text(404, "no such file") };
    let opened = File::open(&path).and_then(|file| Ok((file.metadata()?, file)));
    let Ok((metadata, mut file)) = opened else { return text(404, "no such file") };
    let (len, version) = (metadata.len(), version(&metadata));
    // A part of another version than the one that was begun would not fit to it: the whole file is sent instead.
    let range = range.filter(|_| if_range.is_none_or(|begun| begun == version));
    let response = match wanted(range, len) {
        Wanted::Whole => send(200, &path, file, len, None),
        Wanted::Unsatisfiable => with(text(416, "no such bytes"), "Content-Range", &format!("bytes */{len}")),
        Wanted::Part(part) => match file.seek(SeekFrom::Start(part.start)) {
            Ok(_) => {
                let content_range = format!("bytes {}-{}/{len}", part.start, part.end - 1);
                let n_bytes = part.end - part.start;
                send(206, &path, file.take(n_bytes), n_bytes, Some(&content_range))
            }
            Err(error) => text(500, &error.to_string()),
        },
    };
    with(response, "ETag", &version)
}

/// The `ETag` of a file: its length and when it was changed, which no two versions share on a machine with a clock.
fn version(metadata: &Metadata) -> String {
    let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("\"{:x}-{:x}\"", metadata.len(), changed.unwrap_or_default().as_nanos())
}

/// The file that an address names; none outside the folder, whatever the address says.
fn path_of(folder: &Path, url: &str) -> Option<PathBuf> {
    let relative = url.split(['?', '#']).next()?.trim_start_matches('/');
    let is_plain = Path::new(relative).components().all(|part| matches!(part, Component::Normal(_)));
    let path = folder.join(relative);
    let path = if path.is_dir() { path.join("index.html") } else { path };
    let path = path.canonicalize().ok()?;
    (is_plain && path.starts_with(folder) && path.is_file()).then_some(path)
}

fn send(
    status: u16,
    path: &Path,
    body: impl Read + Send + 'static,
    len: u64,
    range: Option<&str>,
) -> ResponseBox {
    let Ok(len) = usize::try_from(len) else { return text(500, "the file is too large for this machine") };
    // A length instead of chunks: the page shows how much of a download is left.
    let response = Response::new(StatusCode(status), Vec::new(), body, Some(len), None);
    let response = response.with_chunked_threshold(usize::MAX).boxed();
    let response = with(response, "Content-Type", media_type(path));
    let response = with(response, "Accept-Ranges", "bytes");
    match range {
        Some(range) => with(response, "Content-Range", range),
        None => response,
    }
}

fn text(status: u16, body: &str) -> ResponseBox {
    Response::from_string(body).with_status_code(status).boxed()
}

fn with(mut response: ResponseBox, name: &str, value: &str) -> ResponseBox {
    if let Ok(header) = header(name, value) {
        response.add_header(header);
    }
    response
}
