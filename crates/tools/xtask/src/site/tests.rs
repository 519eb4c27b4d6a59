use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("xtask-site-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("public/models")).unwrap();
        fs::write(folder.join("secret.txt"), "secret").unwrap();
        fs::write(folder.join("public/index.html"), "<p>index</p>").unwrap();
        fs::write(folder.join("public/app_bg.wasm"), "\0asm").unwrap();
        fs::write(folder.join("public/models/text.gguf"), [b'x'; 100_000]).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An answer, with the names of its headers in lower case, as hyper sends them.
fn get(site: &Site, path: &str, more: &str) -> String {
    ask(site, "GET", path, more)
}

fn ask(site: &Site, method: &str, path: &str, more: &str) -> String {
    let mut stream = TcpStream::connect(site.address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{more}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn files_come_with_their_type_and_length_and_no_header_of_our_own() {
    let folder = Folder::new("plain");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    let answer = get(&site, "/", "");
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("<p>index</p>"), "{answer}");
    assert!(answer.contains("\r\ncontent-type: text/html\r\n"), "{answer}");
    assert!(get(&site, "/app_bg.wasm?x", "").contains("\r\ncontent-type: application/wasm\r\n"));
    let large = get(&site, "/models/text.gguf", "");
    assert!(
        large.contains("\r\ncontent-length: 100000\r\n") && !large.contains("chunked"),
        "{}",
        &large[..300]
    );
    assert!(large.contains("\r\ncontent-type: application/octet-stream\r\n"), "{}", &large[..300]);
    assert!(large.contains("\r\naccept-ranges: bytes\r\n"), "{}", &large[..300]);
    assert!(!large.contains("content-security-policy"));
}

#[test]
fn browsers_get_the_types_that_they_insist_on() {
    let folder = Folder::new("types");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    for (file, media_type) in [
        ("boot.js", "text/javascript"),
        ("style.css", "text/css"),
        ("models.json", "application/json"),
        ("icon.svg", "image/svg+xml"),
        ("example.png", "image/png"),
        ("example.jpg", "image/jpeg"),
    ] {
        fs::write(folder.0.join("public").join(file), "").unwrap();
        let answer = get(&site, &format!("/{file}"), "");
        assert!(answer.contains(&format!("\r\ncontent-type: {media_type}\r\n")), "{answer}");
    }
}

#[test]
fn a_part_is_sent_as_asked() {
    let folder = Folder::new("range");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    let range = |range: &str| get(&site, "/index.html", &format!("Range: {range}\r\n"));
    let answer = range("bytes=3-7");
    assert!(answer.starts_with("HTTP/1.1 206") && answer.ends_with("\r\n\r\nindex"), "{answer}");
    assert!(answer.contains("content-range: bytes 3-7/12"), "{answer}");
    for asked in ["bytes=8-", "bytes=-4", "bytes=8-99"] {
        let answer = range(asked);
        assert!(answer.starts_with("HTTP/1.1 206") && answer.ends_with("\r\n\r\n</p>"), "{asked}: {answer}");
    }
    let beyond = range("bytes=99-");
    assert!(beyond.starts_with("HTTP/1.1 416") && beyond.contains("content-range: bytes */12"), "{beyond}");
    // Several parts at once may be ignored (RFC 9110, 14.2).
    assert!(range("bytes=0-1,4-5").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_part_is_sent_only_of_the_version_that_was_begun() {
    let folder = Folder::new("if-range");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    let whole = get(&site, "/index.html", "");
    let (_, version) = whole.split_once("etag: ").unwrap();
    let version = version.lines().next().unwrap().to_owned();
    // Not `W/"…"`: only a strong one may be sent as `If-Range`.
    assert!(version.starts_with('"') && version.ends_with('"'), "{version}");
    let part =
        |version: &str| get(&site, "/index.html", &format!("Range: bytes=3-7\r\nIf-Range: {version}\r\n"));
    assert!(part(&version).starts_with("HTTP/1.1 206") && part(&version).contains(&version));
    assert!(part("\"c-0\"").starts_with("HTTP/1.1 200"));
    // Longer, so that it is another version even if the clock is coarse.
    fs::write(folder.0.join("public/index.html"), "<p>another index</p>").unwrap();
    let changed = part(&version);
    assert!(changed.starts_with("HTTP/1.1 200") && changed.ends_with("another index</p>"), "{changed}");
}

#[test]
fn nothing_outside_the_folder_is_sent() {
    let folder = Folder::new("outside");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    for path in [
        "/../secret.txt",
        "/models/../../secret.txt",
        "//secret.txt",
        "/%2e%2e/secret.txt",
        "/models",
        "/absent.js",
        "/index.html/below",
    ] {
        let answer = get(&site, path, "");
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

#[test]
fn only_get_and_head_are_answered() {
    let folder = Folder::new("methods");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    let head = ask(&site, "HEAD", "/", "");
    assert!(head.contains("content-length: 12") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(ask(&site, "POST", "/", "Content-Length: 0\r\n").starts_with("HTTP/1.1 405"));
}

/// A browser keeps its connections for minutes.
#[test]
fn connections_that_stay_open_keep_nobody_waiting() {
    let folder = Folder::new("open");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    let open = (0..20).map(|_| TcpStream::connect(site.address).unwrap()).collect::<Vec<_>>();
    assert!(get(&site, "/", "").starts_with("HTTP/1.1 200"));
    drop(open);
}

#[test]
fn a_dropped_site_is_gone_also_inside_of_a_runtime() {
    let folder = Folder::new("dropped");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let address = runtime.block_on(async { Site::start(&folder.0.join("public"), 0, &[]).unwrap().address });
    // Its threads may need a moment to let go.
    let is_gone = || TcpStream::connect(address).is_err();
    assert!((0..500).any(|_| is_gone() || {
        thread::sleep(std::time::Duration::from_millis(10));
        false
    }));
}

#[test]
fn headers_are_those_of_the_file() {
    let headers = headers_of("# Why.\n/*\n  X-Content-Type-Options: nosniff\n  X-Two: a: b\n\n").unwrap();
    assert_eq!(headers[1], ("X-Two".to_owned(), "a: b".to_owned()));
    let folder = Folder::new("headers");
    let site = Site::start(&folder.0.join("public"), 0, &headers).unwrap();
    assert!(get(&site, "/", "").contains("\r\nx-content-type-options: nosniff\r\n"));
    assert!(headers_of("/*\n  no header\n").is_err());
    assert!(headers_of("/*\n").unwrap().is_empty());
    assert!(Site::start(&folder.0, 0, &[("two words".to_owned(), String::new())]).is_err());
}
