//! In a real worker of a real browser: what native tests cannot see. What orders do is tested in `download`, and what the browser's
//! files, locks and requests do in `web`.

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use download::{
    Body as _, ByteRange, Locks as _, Network as _, NetworkError, Order, OrderId, Place, Request, Shelf as _,
    ShelfFile as _, Wanted, Wish,
};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use crate::locks::WebLocks;
use crate::network::WebNetwork;
use crate::pump;
use crate::shelf::WebShelf;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn fetch_order() -> Order {
    let file = Wanted {
        name: "text.gguf".into(),
        mirrors: vec!["https://example.com/text.gguf".into()],
        n_bytes: Some(5_500_000_000),
        sha256: None,
    };
    Order::Fetch { id: OrderId(7), wish: Wish { title: "7B".into(), entry: None, files: vec![file] } }
}

#[wasm_bindgen_test]
fn an_order_is_read_as_the_page_writes_it() {
    let place = Place::HuggingFace("owner/repository".into());
    for order in [fetch_order(), Order::List { id: OrderId(1), place }, Order::Inventory { id: OrderId(2) }] {
        let message = serde_wasm_bindgen::to_value(&order).unwrap();
        assert_eq!(pump::parse(&message), Ok(order));
    }
}

#[wasm_bindgen_test]
fn anything_but_an_order_is_refused_and_so_is_an_order_with_more_in_it() {
    let set = |object: &JsValue, field: &str, value: &JsValue| {
        Reflect::set(object, &field.into(), value).unwrap();
    };
    let pixels = JsValue::from(Uint8Array::new_with_length(16).buffer());
    let wrong = [
        JsValue::UNDEFINED,
        JsValue::NULL,
        "a question".into(),
        pixels.clone(),
        Object::new().into(),
        Array::new().into(),
        js_sys::Map::new().into(),
        js_sys::BigInt::from(1).into(),
    ];
    for message in wrong {
        assert!(pump::parse(&message).is_err(), "{message:?}");
    }
    let order = || serde_wasm_bindgen::to_value(&fetch_order()).unwrap();
    let beside = order();
    set(&beside, "pixels", &pixels);
    let fetch = |message: &JsValue| Reflect::get(message, &"Fetch".into()).unwrap();
    let within = order();
    set(&fetch(&within), "pixels", &pixels);
    let deep = order();
    set(&Reflect::get(&fetch(&deep), &"wish".into()).unwrap(), "question", &"text".into());
    for message in [beside, within, deep] {
        let why = pump::parse(&message).unwrap_err();
        assert!(why.starts_with("the message is not an order"), "{why}");
    }
    assert_eq!(pump::parse(&order()), Ok(fetch_order()));
}

#[wasm_bindgen_test]
async fn a_file_is_written_where_asked_and_read_back() {
    let shelf = WebShelf;
    let mut file = shelf.open("round.data").await.unwrap();
    file.truncate(0).unwrap();
    assert_eq!(file.write(10, &[1, 2, 3]).unwrap(), 3);
    file.flush().unwrap();
    assert_eq!(file.n_bytes().unwrap(), 13);
    assert_eq!(file.read(9..12).unwrap(), [0, 1, 2]);
    // Short at the end of the file.
    assert_eq!(file.read(12..20).unwrap(), [3]);
    assert_eq!(file.read(20..30).unwrap(), [0; 0]);
    // What is on the disk can be read while the file is open.
    assert_eq!(shelf.read_small("round.data").await.unwrap().unwrap()[10..], [1, 2, 3]);
    let listed = shelf.list().await.unwrap();
    assert!(listed.contains(&("round.data".into(), 13)), "{listed:?}");
    file.truncate(11).unwrap();
    drop(file);
    assert_eq!(shelf.open("round.data").await.unwrap().n_bytes().unwrap(), 11);
    shelf.remove("round.data").await.unwrap();
    shelf.remove("round.data").await.unwrap();
    assert_eq!(shelf.read_small("round.data").await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn a_small_file_is_replaced_whole() {
    let shelf = WebShelf;
    shelf.write_small("small.json", b"longer than the next").await.unwrap();
    shelf.write_small("small.json", b"short").await.unwrap();
    assert_eq!(shelf.read_small("small.json").await.unwrap().unwrap(), b"short");
    shelf.remove("small.json").await.unwrap();
}

#[wasm_bindgen_test]
async fn the_browser_tells_how_much_room_there_is() {
    let space = WebShelf.space().await;
    assert!(space.quota_bytes.unwrap() > 0 && space.used_bytes.is_some(), "{space:?}");
}

#[wasm_bindgen_test]
async fn a_lock_is_held_by_one_and_then_by_the_next() {
    let locks = WebLocks;
    let held = locks.try_lock("weights/a").await.unwrap().unwrap();
    assert!(locks.try_lock("weights/a").await.unwrap().is_none());
    assert!(locks.try_lock("weights/b").await.unwrap().is_some());
    let mut waiting = Box::pin(locks.lock("weights/a"));
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(held);
    let held = waiting.await.unwrap();
    assert!(locks.try_lock("weights/a").await.unwrap().is_none());
    drop(held);
}

#[wasm_bindgen_test]
async fn an_answer_comes_with_its_status_its_headers_and_its_bytes() {
    let bytes: Vec<u8> = (0..200).collect();
    let blob = web_sys::Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(&bytes[..]))).unwrap();
    let url = web_sys::Url::create_object_url_with_blob(&blob).unwrap();
    let network = WebNetwork;
    for (range, expected) in [(None, 0..200), (Some(ByteRange::from(10..20)), 10..20)] {
        let is_part = range.is_some();
        let request = Request { url: url.clone(), range, if_range: None };
        let mut answer = network.get(request).await.unwrap();
        assert_eq!(answer.status, if is_part { 206 } else { 200 });
        assert_eq!(answer.headers.content_length, Some(expected.len().to_string()));
        let mut arrived = Vec::new();
        while let Some(piece) = answer.body.next().await.unwrap() {
            arrived.extend(piece);
        }
        assert_eq!(arrived, bytes[expected]);
    }
}

#[wasm_bindgen_test]
async fn no_answer_is_an_error_and_no_exception() {
    for url in ["http://127.0.0.1:9/", "https://"] {
        let outcome = WebNetwork.get(Request::whole(url)).await;
        assert!(matches!(outcome, Err(NetworkError::Unreachable(_))), "{url}");
    }
}

#[wasm_bindgen_test]
async fn a_pause_of_no_time_lets_messages_in() {
    let network = WebNetwork;
    let before = network.now_secs();
    network.pause(0.0).await;
    network.pause(0.001).await;
    let now = network.now_secs();
    // After 2020, in seconds, and no further back than a clock that is set by hand.
    assert!(now > 1.577e9 && now < 1e11 && now > before - 60.0, "{now}");
    assert!(matches!(pin!(network.pause(0.0)).poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
}
