use std::pin::pin;
use std::task::{Context, Waker};

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{ErrorKind, PrivateFolder, blob, sleep};

const FOLDER: PrivateFolder = PrivateFolder::new("tests");

async fn names_and_lengths() -> Vec<(String, u64)> {
    FOLDER.list().await.unwrap().into_iter().map(|entry| (entry.name, entry.n_bytes)).collect()
}

#[wasm_bindgen_test]
async fn a_file_is_written_where_asked_and_read_back() {
    assert!(FOLDER.is_granted().await);
    let file = FOLDER.open("round.data").await.unwrap();
    file.truncate(0).unwrap();
    assert_eq!(file.write(10, &[1, 2, 3]).unwrap(), 3);
    file.flush().unwrap();
    assert_eq!(file.n_bytes().unwrap(), 13);
    assert_eq!(file.read(9..12).unwrap(), [0, 1, 2]);
    // Short at the end of the file.
    assert_eq!(file.read(12..20).unwrap(), [3]);
    assert_eq!(file.read(20..30).unwrap(), [0; 0]);
    // What is on the disk can be read while the file is open.
    assert_eq!(FOLDER.read("round.data").await.unwrap().unwrap()[10..], [1, 2, 3]);
    assert!(names_and_lengths().await.contains(&("round.data".into(), 13)));
    file.truncate(11).unwrap();
    drop(file);
    assert_eq!(FOLDER.open("round.data").await.unwrap().n_bytes().unwrap(), 11);
    FOLDER.remove("round.data").await.unwrap();
    FOLDER.remove("round.data").await.unwrap();
    assert_eq!(FOLDER.read("round.data").await.unwrap(), None);
    let absent = FOLDER.file("round.data").await.unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
}

#[wasm_bindgen_test]
async fn a_small_file_is_replaced_whole_or_from_a_byte_on() {
    FOLDER.write("small.txt", 0, b"longer than the next").await.unwrap();
    FOLDER.write("small.txt", 0, b"short").await.unwrap();
    assert_eq!(FOLDER.read("small.txt").await.unwrap().unwrap(), b"short");
    FOLDER.write("small.txt", 5, b" and torn").await.unwrap();
    FOLDER.write("small.txt", 5, b"er").await.unwrap();
    assert_eq!(FOLDER.read("small.txt").await.unwrap().unwrap(), b"shorter");
    let entries = FOLDER.list().await.unwrap();
    let entry = entries.iter().find(|entry| entry.name == "small.txt").unwrap();
    // Within a day of this machine's clock.
    assert!((js_sys::Date::now() - entry.changed_ms).abs() < 86.4e6, "{entry:?}");
    FOLDER.remove("small.txt").await.unwrap();
}

#[wasm_bindgen_test]
async fn a_folder_has_files_of_its_own() {
    let other = PrivateFolder::new("other-tests");
    FOLDER.write("same.txt", 0, b"one").await.unwrap();
    other.write("same.txt", 0, b"another").await.unwrap();
    assert_eq!(FOLDER.read("same.txt").await.unwrap().unwrap(), b"one");
    other.remove("same.txt").await.unwrap();
    assert_eq!(other.list().await.unwrap(), []);
    assert_eq!(FOLDER.read("same.txt").await.unwrap().unwrap(), b"one");
    FOLDER.remove("same.txt").await.unwrap();
}

/// Whoever waits may give up while a file is being opened: the file must not stay open.
#[wasm_bindgen_test]
async fn a_file_that_nobody_waits_for_is_closed_again() {
    {
        let opening = pin!(FOLDER.open("given-up.data"));
        assert!(opening.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    drop(FOLDER.open("given-up.data").await.unwrap());
    FOLDER.remove("given-up.data").await.unwrap();
}

#[wasm_bindgen_test]
async fn a_file_that_stays_open_elsewhere_is_in_use() {
    let open = FOLDER.open("busy.data").await.unwrap();
    for refused in [FOLDER.open("busy.data").await.map(drop), FOLDER.remove("busy.data").await] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::InUse);
    }
    // A holder that closes it in time is waited for.
    wasm_bindgen_futures::spawn_local(async move {
        sleep(0.1).await;
        drop(open);
    });
    FOLDER.remove("busy.data").await.unwrap();
}

#[wasm_bindgen_test]
async fn several_read_one_file_at_once() {
    let bytes: Vec<u8> = (0..1000_u32).map(|i| (i % 251) as u8).collect();
    FOLDER.write("shared.data", 0, &bytes).await.unwrap();
    let first = FOLDER.open_shared("shared.data").await.unwrap();
    let second = FOLDER.open_shared("shared.data").await.unwrap();
    for file in [&first, &second] {
        assert_eq!(file.n_bytes().unwrap(), 1000);
        assert_eq!(file.read(300..310).await.unwrap(), bytes[300..310]);
        assert_eq!(file.read(995..1010).await.unwrap(), bytes[995..]);
    }
    let snapshot = FOLDER.file("shared.data").await.unwrap();
    assert_eq!(blob::read(&snapshot, 0..4).await.unwrap(), bytes[..4]);
    drop((first, second));
    FOLDER.remove("shared.data").await.unwrap();
    let absent = FOLDER.open_shared("shared.data").await.unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
}
