use js_sys::{Array, Uint8Array};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, Url};

use super::{NotThePart, Request};

/// The address of some bytes, which the browser answers for as a host that knows ranges.
fn address_of(bytes: &[u8]) -> String {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).unwrap();
    Url::create_object_url_with_blob(&blob).unwrap()
}

#[wasm_bindgen_test]
async fn an_answer_comes_with_its_status_its_headers_and_its_bytes() {
    let bytes: Vec<u8> = (0..200).collect();
    let url = address_of(&bytes);
    for (range, status, expected) in [(None, 200, 0..200), (Some(10..20), 206, 10..20)] {
        let request = || match &range {
            Some(range) => Request::get(&url).range(range),
            None => Request::get(&url).anonymous(),
        };
        let response = request().send().await.unwrap();
        assert_eq!((response.status(), response.url()), (status, url.clone()));
        assert_eq!(response.header("content-length"), Some(expected.len().to_string()));
        assert_eq!(response.header("no-such-header"), None);
        let mut body = response.into_body();
        let mut arrived = Vec::new();
        while let Some(piece) = body.next().await.unwrap() {
            arrived.extend(piece);
        }
        assert_eq!(arrived, bytes[expected.clone()]);
        assert_eq!(request().send().await.unwrap().bytes().await.unwrap(), bytes[expected]);
    }
}

#[wasm_bindgen_test]
async fn a_part_says_where_it_lies_in_the_file() {
    let url = address_of(&[7; 200]);
    let asked = 10..20;
    let part = Request::get(&url).range(&asked).send().await.unwrap().part(&asked).unwrap();
    assert_eq!((part.range, part.n_total), (10..20, Some(200)));
    let whole = Request::get(&url).send().await.unwrap();
    assert_eq!(whole.part(&asked), Err(NotThePart::Status(200)));
}

#[wasm_bindgen_test]
async fn a_body_that_is_dropped_ends_its_transfer_and_no_other() {
    let bytes = vec![1; 1 << 20];
    let url = address_of(&bytes);
    let mut dropped = Request::get(&url).send().await.unwrap().into_body();
    let kept = Request::get(&url).send().await.unwrap();
    assert!(dropped.next().await.unwrap().is_some());
    drop(dropped);
    assert_eq!(kept.bytes().await.unwrap().len(), bytes.len());
}

#[wasm_bindgen_test]
async fn no_answer_is_an_error_and_no_exception() {
    for url in ["http://127.0.0.1:9/", "https://"] {
        assert!(Request::get(url).send().await.is_err(), "{url}");
    }
}
