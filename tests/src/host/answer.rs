use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::request::Request;
use super::{Content, Desk, Manner, Sent};

/// Bytes that are written at a time, and between two looks at the manner.
const PIECE_BYTES: u64 = 64 << 10;
const WEB_PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Log in</body></html>\n";
const ALLOWED: &str = "Access-Control-Allow-Origin: *\r\n\
    Access-Control-Expose-Headers: Accept-Ranges, Content-Length, Content-Range, ETag\r\n";

/// Answers the one request of a connection.
pub(super) fn answer(connection: &TcpStream, desk: &Desk) {
    // If a client leaves or sends nothing, the spec checks the result.
    let _ = Request::read(connection).and_then(|request| respond(connection, desk, &request));
    let _ = connection.shutdown(Shutdown::Both);
}

fn respond(connection: &TcpStream, desk: &Desk, request: &Request) -> Result<()> {
    let Some((content, manner)) = desk.file(&request.path) else {
        return plain(connection, desk, request, 404, "text/plain", "there is no such file");
    };
    match &manner {
        Manner::Unplugged => return Ok(()),
        Manner::RefusesPreflight if request.method == "OPTIONS" => return head(connection, 403, "", 0),
        _ if request.method == "OPTIONS" => {
            let headers = "Access-Control-Allow-Headers: Range, If-Range\r\n";
            return head(connection, 204, &format!("{ALLOWED}{headers}"), 0);
        }
        Manner::Status(status) => {
            return plain(connection, desk, request, *status, "text/plain", "the host has its reasons");
        }
        Manner::WebPage => return plain(connection, desk, request, 200, "text/html", WEB_PAGE),
        _ => {}
    }
    send(connection, desk, request, &content, &manner)
}

fn send(
    mut connection: &TcpStream,
    desk: &Desk,
    request: &Request,
    content: &Content,
    manner: &Manner,
) -> Result<()> {
    let (len, etag) = (content.n_bytes()?, content.etag()?);
    let promised = match manner {
        Manner::PromisesMore(more) => len + more,
        Manner::PromisesLess(less) => len - less,
        _ => len,
    };
    let is_same = request.header("if-range").is_none_or(|asked| asked == etag);
    let part = request.range().filter(|_| *manner != Manner::IgnoresRange && is_same);
    let wanted = part.map_or(0..promised, |(first, end)| first..end.unwrap_or(promised).min(promised));
    let cors = if *manner == Manner::WithoutCors { "" } else { ALLOWED };
    if wanted.start >= promised {
        let range = format!("{cors}Content-Range: bytes */{promised}\r\n");
        return head(connection, 416, &range, 0);
    }
    let (status, range) = match part {
        Some(_) => {
            let range = format!("Content-Range: bytes {}-{}/{promised}\r\n", wanted.start, wanted.end - 1);
            (206, format!("Accept-Ranges: bytes\r\n{range}"))
        }
        None => (200, String::new()),
    };
    let headers = format!("{cors}{range}ETag: {etag}\r\nContent-Type: application/octet-stream\r\n");
    head(connection, status, &headers, wanted.end - wanted.start)?;
    let entry = desk.begin(sent(request, status, wanted.clone()));
    if request.method == "HEAD" {
        return Ok(());
    }
    // A host that promises less still sends the whole file.
    let end = if wanted.end == promised { len } else { wanted.end.min(len) };
    let n_connection = desk.n_connections.fetch_add(1, Ordering::Relaxed);
    let mut at = wanted.start;
    while at < end {
        let manner = desk.file(&request.path).map_or(Manner::Unplugged, |(_, manner)| manner);
        let until = (at + PIECE_BYTES).min(end);
        let until = until.min(wanted.start.saturating_add(stays_for(&manner, n_connection)));
        if until <= at {
            return Ok(());
        }
        connection.write_all(&content.read(at..until)?)?;
        desk.count(entry, until - at);
        if let Manner::Slow(bytes_per_sec) = manner {
            thread::sleep(Duration::from_secs_f64((until - at) as f64 / bytes_per_sec as f64));
        }
        at = until;
    }
    Ok(())
}

/// Bytes of a body after which the connection is closed.
fn stays_for(manner: &Manner, n_connection: u64) -> u64 {
    match manner {
        Manner::Unplugged => 0,
        Manner::DropsAfter(n_bytes) => *n_bytes,
        Manner::DropsAtRandom(most) => {
            let mut hasher = DefaultHasher::new();
            n_connection.hash(&mut hasher);
            hasher.finish() % most + 1
        }
        _ => u64::MAX,
    }
}

fn plain(
    mut connection: &TcpStream,
    desk: &Desk,
    request: &Request,
    status: u16,
    kind: &str,
    body: &str,
) -> Result<()> {
    desk.begin(sent(request, status, 0..0));
    head(connection, status, &format!("{ALLOWED}Content-Type: {kind}\r\n"), body.len() as u64)?;
    Ok(connection.write_all(body.as_bytes())?)
}

fn sent(request: &Request, status: u16, asked: Range<u64>) -> Sent {
    Sent { path: request.path.clone(), status, asked, n_bytes: 0 }
}

fn head(mut connection: &TcpStream, status: u16, headers: &str, len: u64) -> Result<()> {
    let head = format!("HTTP/1.1 {status} -\r\n{headers}Content-Length: {len}\r\nConnection: close\r\n\r\n");
    Ok(connection.write_all(head.as_bytes())?)
}
