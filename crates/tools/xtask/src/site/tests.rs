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

fn get(site: &Site, path: &str, more: &str) -> String {
    let mut stream = TcpStream::connect(site.address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{more}\r\n").unwrap();
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
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    assert!(get(&site, "/app_bg.wasm?x", "").contains("Content-Type: application/wasm"));
    let large = get(&site, "/models/text.gguf", "");
    assert!(large.contains("Content-Length: 100000") && !large.contains("chunked"), "{}", &large[..300]);
    assert!(!large.contains("Content-Security-Policy"));
}

#[test]
fn a_part_is_sent_as_asked() {
    let folder = Folder::new("range");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    let answer = get(&site, "/index.html", "Range: bytes=3-7\r\n");
    assert!(answer.starts_with("HTTP/1.1 206") && answer.ends_with("index"), "{answer}");
    assert!(answer.contains("Content-Range: bytes 3-7/12"), "{answer}");
    assert!(get(&site, "/index.html", "Range: bytes=99-\r\n").starts_with("HTTP/1.1 416"));
}

#[test]
fn a_part_is_sent_only_of_the_version_that_was_begun() {
    let folder = Folder::new("if-range");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    let whole = get(&site, "/index.html", "");
    let (_, version) = whole.split_once("ETag: ").unwrap();
    let version = version.lines().next().unwrap().to_owned();
    assert!(version.starts_with("\"c-") && version.ends_with('"'), "{version}");
    let part =
        |version: &str| get(&site, "/index.html", &format!("Range: bytes=3-7\r\nIf-Range: {version}\r\n"));
    assert!(part(&version).starts_with("HTTP/1.1 206") && part(&version).contains(&version));
    assert!(part("\"c-0\"").starts_with("HTTP/1.1 200"));
    // Longer, so that it is another version whatever the clock's grain.
    fs::write(folder.0.join("public/index.html"), "<p>another index</p>").unwrap();
    let changed = part(&version);
    assert!(changed.starts_with("HTTP/1.1 200") && changed.ends_with("another index</p>"), "{changed}");
}

#[test]
fn nothing_outside_the_folder_is_sent() {
    let folder = Folder::new("outside");
    let site = Site::start(&folder.0.join("public"), 0, &[]).unwrap();
    for path in ["/../secret.txt", "/models/../../secret.txt", "//secret.txt", "/%2e%2e/secret.txt"] {
        let answer = get(&site, path, "");
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

#[test]
fn headers_are_those_of_the_manifest() {
    let headers = headers_of("[serve.headers]\n\"X-Content-Type-Options\" = \"nosniff\"\n").unwrap();
    let folder = Folder::new("headers");
    let site = Site::start(&folder.0.join("public"), 0, &headers).unwrap();
    assert!(get(&site, "/", "").contains("X-Content-Type-Options: nosniff"));
    assert!(headers_of("[serve.headers]\nX = 3\n").is_err());
    assert!(headers_of("[serve]\n").unwrap().is_empty());
}
