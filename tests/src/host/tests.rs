use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::*;

const PATH: &str = "/a.gguf";

fn host() -> WeightsHost {
    let bytes: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    WeightsHost::start([(PATH.to_owned(), Content::bytes(bytes))]).unwrap()
}

/// Head and body of an answer.
fn get(host: &WeightsHost, more: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(host.address).unwrap();
    write!(stream, "GET {PATH} HTTP/1.1\r\nHost: here\r\n{more}\r\n").unwrap();
    let mut answer = Vec::new();
    // A connection that was closed in the middle is an answer too.
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end..].to_vec())
}

#[test]
fn a_range_of_a_file_that_did_not_change_is_sent_and_counted() {
    let host = host();
    let (head, body) = get(&host, "Range: bytes=3-5\r\n");
    assert!(head.starts_with("HTTP/1.1 206") && head.contains("Content-Range: bytes 3-5/200000"), "{head}");
    assert_eq!(body, [3, 4, 5]);
    let etag = head.lines().find_map(|line| line.strip_prefix("ETag: ")).unwrap();
    let (head, body) = get(&host, &format!("Range: bytes=199999-\r\nIf-Range: {etag}\r\n"));
    assert!(head.starts_with("HTTP/1.1 206") && body.len() == 1, "{head}");
    host.replace(PATH, Content::bytes(vec![7; 10]));
    let (head, body) = get(&host, &format!("Range: bytes=3-5\r\nIf-Range: {etag}\r\n"));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body, [7; 10]);
    assert_eq!(host.n_sent(PATH), 3 + 1 + 10);
    assert!(get(&host, "Range: bytes=10-\r\n").0.starts_with("HTTP/1.1 416"));
}

#[test]
fn every_manner_does_what_it_is_named_for() {
    let host = host();
    let len = 200_000;
    let of = |manner: &Manner, more: &str| {
        host.behave(PATH, manner.clone());
        get(&host, more)
    };
    assert_eq!(of(&Manner::DropsAfter(1000), "").1.len(), 1000);
    let n = [(); 8].map(|()| of(&Manner::DropsAtRandom(5000), "").1.len());
    assert!(n.iter().all(|n| (1..=5000).contains(n)) && n.iter().any(|other| *other != n[0]), "{n:?}");
    assert_eq!(of(&Manner::IgnoresRange, "Range: bytes=3-5\r\n").1.len(), len);
    assert!(of(&Manner::Status(403), "").0.starts_with("HTTP/1.1 403"));
    assert!(of(&Manner::WebPage, "").1.starts_with(b"<!DOCTYPE"));
    let (head, body) = of(&Manner::PromisesMore(5), "");
    assert!(head.contains("Content-Length: 200005") && body.len() == len, "{head}");
    let (head, body) = of(&Manner::PromisesLess(5), "");
    assert!(head.contains("Content-Length: 199995") && body.len() == len, "{head}");
    assert!(!of(&Manner::WithoutCors, "").0.contains("Access-Control"));
    assert!(of(&Manner::Plain, "").0.contains("Access-Control"));
    assert_eq!(of(&Manner::Unplugged, "").0, "");
}
