//! In a real browser's private file system.

use download::{CHUNK_BYTES, FOLDER};
use engine::{ByteSource as _, ModelFiles as _};
use js_sys::{Function, Promise, Reflect};
use protocol::{ModelSource, StoredWeights};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web::{LockMode, Patience, WebLock};

use crate::files::WebFiles;

const CHUNK: usize = CHUNK_BYTES as usize;

/// Two chunks and a bit, no two of them alike.
fn contents() -> Vec<u8> {
    (0..2 * CHUNK + 1000).map(|i| (i % 251) as u8 ^ (i / CHUNK) as u8).collect()
}

/// A ledger as `crates/models/download/src/ledger.rs` describes it, written without its code.
fn ledger(bytes: &[u8], n_recorded: usize) -> Vec<u8> {
    let seal = |parts: &[&[u8]]| blake3::hash(&parts.concat()).as_bytes()[..8].to_vec();
    let mut ledger = b"qvmchunk".to_vec();
    ledger.extend(1_u32.to_le_bytes());
    ledger.extend(CHUNK_BYTES.to_le_bytes());
    ledger.extend((bytes.len() as u64).to_le_bytes());
    ledger.extend(seal(&[&ledger]));
    let header = ledger.clone();
    for (index, chunk) in bytes.chunks(CHUNK).enumerate().take(n_recorded) {
        let mut record = (index as u32).to_le_bytes().to_vec();
        record.extend((chunk.len() as u32).to_le_bytes());
        record.extend(blake3::hash(chunk).as_bytes());
        record.extend(seal(&[&header, &record]));
        ledger.extend(record);
    }
    ledger
}

async fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> JsValue {
    let function: Function = Reflect::get(object, &method.into()).unwrap().unchecked_into();
    let outcome = function.apply(object, &arguments.iter().collect::<js_sys::Array>()).unwrap();
    if outcome.is_instance_of::<Promise>() {
        JsFuture::from(outcome.unchecked_into::<Promise>()).await.unwrap()
    } else {
        outcome
    }
}

fn navigator() -> JsValue {
    Reflect::get(&js_sys::global(), &"navigator".into()).unwrap()
}

async fn write(name: &str, bytes: &[u8]) {
    let create = js_sys::Object::new();
    Reflect::set(&create, &"create".into(), &true.into()).unwrap();
    let storage = Reflect::get(&navigator(), &"storage".into()).unwrap();
    let root = call(&storage, "getDirectory", &[]).await;
    let folder = call(&root, "getDirectoryHandle", &[FOLDER.into(), create.clone().into()]).await;
    let file = call(&folder, "getFileHandle", &[name.into(), create.into()]).await;
    let handle = call(&file, "createSyncAccessHandle", &[]).await;
    call(&handle, "truncate", &[0.into()]).await;
    call(&handle, "write", &[js_sys::Uint8Array::from(bytes).into()]).await;
    call(&handle, "close", &[]).await;
}

/// Puts a file in the store and gives the command's words for it.
async fn store(key: &str, bytes: &[u8], ledger: &[u8], is_whole: bool) -> WebFiles {
    let manifest = serde_json::json!({
        "version": 1, "name": "text.gguf", "mirrors": [], "n_bytes": bytes.len(), "sha256": null, "validators": {},
        "is_whole": is_whole,
    });
    write(&download::data_name(key), bytes).await;
    write(&download::ledger_name(key), ledger).await;
    write(&download::manifest_name(key), manifest.to_string().as_bytes()).await;
    named(key)
}

fn named(key: &str) -> WebFiles {
    let files = vec![StoredWeights { key: key.into(), name: "text.gguf".into() }];
    WebFiles::of(&ModelSource::Stored { files }, &[])
}

async fn refusal(files: &WebFiles) -> String {
    files.open().await.err().map(|error| error.to_string()).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn a_stored_file_is_read_wherever_a_range_begins_and_ends() {
    let bytes = contents();
    let files = store("whole-0", &bytes, &ledger(&bytes, 3), true).await;
    // As a machine that was lost and came back does: the first source is still there.
    let mut kept = Vec::new();
    for _ in 0..2 {
        let mut source = files.open().await.unwrap().remove(0);
        assert_eq!((source.name(), source.n_bytes()), ("text.gguf", bytes.len() as u64));
        for range in
            [0..10, 10..CHUNK + 10, CHUNK - 1..2 * CHUNK + 1, 2 * CHUNK + 990..2 * CHUNK + 1000, 3..4]
        {
            let read = source.read(range.start as u64..range.end as u64).await.unwrap();
            assert!(read == bytes[range.clone()], "{range:?}");
        }
        let n = bytes.len() as u64;
        let short = source.read(n - 5..n + 5).await.unwrap_err().to_string();
        assert_eq!(short, "text.gguf: 5 bytes came where 10 were asked for");
        kept.push(source);
    }
}

#[wasm_bindgen_test]
async fn a_damaged_chunk_is_named_and_the_others_are_read() {
    let bytes = contents();
    let mut damaged = bytes.clone();
    damaged[CHUNK + 7] ^= 1;
    let files = store("damaged-0", &damaged, &ledger(&bytes, 3), true).await;
    let mut source = files.open().await.unwrap().remove(0);
    let message = source.read(CHUNK as u64 - 10..CHUNK as u64 + 1).await.unwrap_err().to_string();
    assert!(
        message.starts_with("text.gguf: chunk 2 of 3 is damaged") && message.contains("checked"),
        "{message}"
    );
    assert_eq!(source.read(0..4).await.unwrap(), &bytes[..4]);
    assert_eq!(
        source.read(2 * CHUNK as u64..2 * CHUNK as u64 + 4).await.unwrap(),
        &bytes[2 * CHUNK..2 * CHUNK + 4]
    );
}

#[wasm_bindgen_test]
async fn a_file_that_is_not_whole_or_not_there_is_refused() {
    let bytes = contents();
    let files = store("part-0", &bytes, &ledger(&bytes, 2), true).await;
    let message = refusal(&files).await;
    let n_done = 2 * CHUNK;
    assert!(message.contains(&format!("is not whole: {n_done} of {} bytes", bytes.len())), "{message}");
    let files = store("part-1", &bytes, &ledger(&bytes, 3), false).await;
    assert!(refusal(&files).await.contains("is not whole"));
    let files = store("part-2", &bytes[1..], &ledger(&bytes, 3), true).await;
    assert!(refusal(&files).await.contains(&format!("has {} bytes in the store", bytes.len() - 1)));
    let files = store("part-3", &bytes, b"garbled", true).await;
    assert!(refusal(&files).await.contains("ledger"));
    assert!(refusal(&named("nowhere-0")).await.contains("could not be read from the store"));
}

/// Whether an exclusive lock is to be had at once.
async fn is_free(key: &str) -> bool {
    let locks = Reflect::get(&navigator(), &"locks".into()).unwrap();
    let options = js_sys::Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into()).unwrap();
    let was_granted = Function::new_with_args("lock", "return lock !== null");
    call(&locks, "request", &[download::lock_name(key).into(), options.into(), was_granted.into()])
        .await
        .is_truthy()
}

#[wasm_bindgen_test]
async fn a_lock_is_held_while_the_model_is_at_hand() {
    let bytes = contents();
    let files = store("locked-0", &bytes, &ledger(&bytes, 3), true).await;
    assert!(is_free("locked-0").await);
    drop(files.open().await.unwrap());
    assert!(!is_free("locked-0").await);
    // Readers share it.
    WebLock::request(&download::lock_name("locked-0"), LockMode::Shared, Patience::None).await.unwrap();
    drop(files);
    // The browser takes notice a moment later.
    for _ in 0..1000 {
        if is_free("locked-0").await {
            return;
        }
    }
    panic!("the lock was not let go");
}
