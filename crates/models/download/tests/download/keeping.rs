//! What the store holds: inventory, use, deleting, and several tabs.

use std::rc::Rc;

use download::{ModelKey, Order, OrderId, Report, StoredModel, Wish, file_key, lock_name, model_key};

use crate::world::{CHUNK, Fault, Hosted, ID, World, failed, fetch_order, fetched, sample, wanted};

const N: usize = 3 * CHUNK as usize + 17;
const TEXT: &str = "https://host.example/text.gguf";
const OTHER: &str = "https://host.example/other.gguf";
const VISION: &str = "https://host.example/mmproj.gguf";

fn world() -> World {
    let world = World::new();
    for (seed, url) in [TEXT, OTHER, VISION].into_iter().enumerate() {
        world.hosts.put(url, Hosted::new(sample(N, seed as u64)));
    }
    world
}

fn order(title: &str, text: &str) -> Order {
    let files = vec![wanted("text.gguf", &[text]), wanted("mmproj.gguf", &[VISION])];
    Order::Fetch { id: ID, wish: Wish { title: title.to_owned(), entry: Some("entry".to_owned()), files } }
}

fn inventory(world: &World) -> Vec<StoredModel> {
    let reports = world.obey(Order::Inventory { id: ID });
    match reports.last() {
        Some(Report::Inventory { models, space, .. }) => {
            assert!(space.used_bytes.is_some());
            models.clone()
        }
        other => panic!("expected Inventory, got {other:?}"),
    }
}

fn delete(world: &World, models: &[&StoredModel]) -> Vec<Report> {
    world.obey(Order::Delete { id: ID, models: models.iter().map(|model| model.key.clone()).collect() })
}

#[test]
fn the_inventory_tells_models_latest_used_first() {
    let world = world();
    let (first, _) = fetched(&world.obey(order("First", TEXT)));
    world.run(vec![Box::pin(async { world.clock.pause(5.0).await })]);
    let (second, n_received) = fetched(&world.obey(order("Second", OTHER)));
    // They share a file.
    assert_eq!(n_received, N as u64);
    assert_eq!(inventory(&world), [second.clone(), first.clone()]);
    world.run(vec![Box::pin(async { world.clock.pause(5.0).await })]);
    assert_eq!(world.obey(Order::Used { model: first.key.clone() }), []);
    let models = inventory(&world);
    assert_eq!(models[0].key, first.key);
    assert!(models[0].used_at_secs > first.used_at_secs + 4.9);
    assert_eq!(models[0].entry.as_deref(), Some("entry"));
    assert_eq!(world.obey(Order::Used { model: ModelKey("nothing".to_owned()) }), []);
}

#[test]
fn a_part_of_a_model_is_in_the_inventory_with_its_bytes() {
    let world = world();
    world.hosts.change(VISION, |hosted| {
        hosted.faults = [Fault::None, Fault::DropAfter(100)].into();
        hosted.always = Some(Fault::Unreachable);
    });
    failed(&world.obey(order("First", TEXT)));
    let models = inventory(&world);
    let n_done: Vec<u64> = models[0].files.iter().map(|file| file.n_done).collect();
    assert_eq!(n_done, [N as u64, u64::from(CHUNK)]);
    assert_eq!(models[0].files[1].n_total, Some(N as u64));
    assert_eq!([models[0].files[0].is_whole, models[0].files[1].is_whole], [true, false]);
    assert_eq!(models[0].files[1].mirrors, [VISION]);
}

#[test]
fn deleting_a_model_leaves_what_another_shares() {
    let world = world();
    let (first, _) = fetched(&world.obey(order("First", TEXT)));
    let (second, _) = fetched(&world.obey(order("Second", OTHER)));
    let before: usize =
        world.shelf.names().iter().map(|name| world.shelf.contents(name).unwrap().len()).sum();
    let reports = delete(&world, &[&first]);
    let Some(Report::Deleted { n_freed, .. }) = reports.last() else { panic!("{reports:?}") };
    assert!((N as u64..before as u64).contains(n_freed), "{n_freed}");
    assert_eq!(inventory(&world), std::slice::from_ref(&second));
    assert_eq!(world.data(&second.files[1].key), sample(N, 2));
    delete(&world, &[&second, &first]);
    assert_eq!(world.shelf.names(), Vec::<String>::new());
}

#[test]
fn files_that_a_crash_left_without_a_model_go_with_the_next_deletion() {
    let world = world();
    let (model, _) = fetched(&world.obey(order("First", TEXT)));
    world.shelf.put("orphan-0123.data", vec![1; 1000]);
    world.shelf.put("orphan-0123.json", b"torn".to_vec());
    let reports = delete(&world, &[&model]);
    assert!(
        matches!(reports.last(), Some(Report::Deleted { n_freed, .. }) if *n_freed > 1000),
        "{reports:?}"
    );
    assert_eq!(world.shelf.names(), Vec::<String>::new());
}

#[test]
fn a_model_that_is_in_use_is_not_deleted() {
    let world = world();
    let (model, _) = fetched(&world.obey(order("First", TEXT)));
    let loaded = world.locks.take(&lock_name(&model.files[1].key)).unwrap();
    assert!(failed(&delete(&world, &[&model])).message.contains("in use"));
    assert_eq!(inventory(&world), std::slice::from_ref(&model));
    drop(loaded);
    assert!(matches!(delete(&world, &[&model]).last(), Some(Report::Deleted { .. })));
}

#[test]
fn two_tabs_fetch_a_file_once() {
    let world = world();
    let (first, first_told) = world.keeper();
    let (second, second_told) = world.keeper();
    world.run(vec![
        Box::pin(async move { first.obey(order("First", TEXT)).await }),
        Box::pin(async move { second.obey(order("First", TEXT)).await }),
    ]);
    let (_, n_first) = fetched(&first_told.borrow());
    let (_, n_second) = fetched(&second_told.borrow());
    assert_eq!(n_first + n_second, 2 * N as u64);
    let waited = |told: &[Report]| told.iter().any(|report| matches!(report, Report::Waiting { .. }));
    assert!(waited(&second_told.borrow()) && !waited(&first_told.borrow()));
    assert_eq!(world.hosts.n_served(), 2 * N as u64);
}

#[test]
fn orders_of_one_keeper_run_beside_each_other() {
    let world = world();
    let (keeper, told) = world.keeper();
    let wish = |n: u32, url: &str| Order::Fetch {
        id: OrderId(n),
        wish: Wish { title: url.to_owned(), entry: None, files: vec![wanted("a.gguf", &[url])] },
    };
    let [a, b, c] = [wish(1, TEXT), wish(2, OTHER), Order::Inventory { id: OrderId(3) }];
    let obey = |order: Order| {
        let keeper = Rc::clone(&keeper);
        Box::pin(async move { keeper.obey(order).await })
    };
    world.run(vec![obey(a), obey(b), obey(c)]);
    let told = told.borrow();
    assert_eq!(told.iter().filter(|report| matches!(report, Report::Fetched { .. })).count(), 2);
    // The inventory did not wait for the downloads.
    let place = |wanted: fn(&Report) -> bool| told.iter().position(wanted).unwrap();
    assert!(
        place(|report| matches!(report, Report::Inventory { .. }))
            < place(|r| matches!(r, Report::Fetched { .. }))
    );
}

#[test]
fn looking_asks_for_lengths_and_hashes_and_reads_nothing() {
    let world = world();
    world.hosts.change(OTHER, |hosted| hosted.linked_sha256 = Some("AB".repeat(32)));
    world.hosts.change(VISION, |hosted| hosted.is_unexposed = true);
    let files =
        vec![wanted("a", &["https://gone.example/a", TEXT]), wanted("b", &[OTHER]), wanted("c", &[VISION])];
    let reports = world.obey(Order::Look { id: ID, files });
    let Some(Report::Looked { files, .. }) = reports.last() else { panic!("{reports:?}") };
    assert!(files.iter().all(|file| file.n_bytes == Some(N as u64)), "{files:?}");
    assert_eq!(files[1].sha256, Some("ab".repeat(32)));
    assert_eq!((files[0].sha256.clone(), world.hosts.n_served()), (None, 0));
    let gone = Order::Look { id: ID, files: vec![wanted("a", &["https://gone.example/a"])] };
    assert!(failed(&world.obey(gone)).message.contains("has no a"));
}

#[test]
fn a_garbled_store_is_fetched_anew() {
    let world = world();
    let (model, _) = fetched(&world.fetch(vec![wanted("text.gguf", &[TEXT])]));
    for name in world.shelf.names() {
        if !name.ends_with(".data") {
            world.shelf.put(&name, b"\0garbage".to_vec());
        }
    }
    assert_eq!(inventory(&world), []);
    let (again, n_received) = fetched(&world.obey(fetch_order(vec![wanted("text.gguf", &[TEXT])])));
    assert_eq!((again.key, n_received), (model.key, N as u64));
    world.shelf.check();
}

#[test]
fn names_in_the_store_follow_the_file_and_not_the_hub() {
    let hub = wanted("m.gguf", &["https://huggingface.co/o/r/resolve/main/d/m.gguf?download=true"]);
    let mirror = wanted("m.gguf", &["https://hf-mirror.com/o/r/resolve/main/d/m.gguf"]);
    let scope = wanted("m.gguf", &["https://www.modelscope.cn/models/o/r/resolve/master/d/m.gguf"]);
    let other = wanted("m.gguf", &["https://huggingface.co/o/s/resolve/main/d/m.gguf"]);
    assert_eq!(file_key(&hub), file_key(&mirror));
    assert_eq!(file_key(&hub), file_key(&scope));
    assert_ne!(file_key(&hub), file_key(&other));
    let mut hashed = hub.clone();
    hashed.sha256 = Some("ab".repeat(32));
    let mut same = other.clone();
    same.sha256 = Some("AB".repeat(32));
    assert_eq!(file_key(&hashed), file_key(&same));
    assert_ne!(file_key(&hashed), file_key(&hub));
    let strange = wanted("../ü/\\.gguf", &["https://h.example/x"]);
    assert!(file_key(&strange).chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)));
    assert!(!file_key(&strange).starts_with('.'));
    let keys = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_ne!(model_key("T", &keys(&["ab", "c"])), model_key("T", &keys(&["a", "bc"])));
}
