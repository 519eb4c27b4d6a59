//! What has arrived is not fetched again, and what belongs to another file is not kept.

use download::{ByteRange, Report};

use crate::world::{CHUNK, Fault, Hosted, World, failed, fetched, sample, sha256, wanted, warnings};

const URL: &str = "https://host.example/model.gguf";
const N: usize = 5 * CHUNK as usize + 17;

fn world(hosted: Hosted) -> World {
    let world = World::new();
    world.hosts.put(URL, hosted);
    world
}

#[test]
fn a_file_arrives_whole_with_one_request_and_no_range() {
    let world = world(Hosted::new(sample(N, 1)));
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_ne!(world.data(&model.files[0].key), sample(N, 2));
    assert_eq!(
        (n_received, model.files[0].n_done, model.files[0].n_total),
        (N as u64, N as u64, Some(N as u64))
    );
    assert!(model.files[0].is_whole);
    let requests = world.hosts.requests();
    assert_eq!(requests.iter().filter(|request| request.range.is_none()).count(), 1);
    world.shelf.check();
}

#[test]
fn a_second_fetch_receives_nothing() {
    let world = world(Hosted::new(sample(N, 1)));
    world.fetch(vec![wanted("model.gguf", &[URL])]);
    world.hosts.n_served();
    let (_, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!((n_received, world.hosts.n_served()), (0, 0));
}

#[test]
fn a_dropped_connection_goes_on_from_the_byte_where_it_broke() {
    let at = 2 * CHUNK as usize + 10;
    let mut wish = wanted("model.gguf", &[URL]);
    wish.n_bytes = Some(N as u64);
    let world = world(Hosted::failing(sample(N, 1), [Fault::DropAfter(at)]));
    let (model, n_received) = fetched(&world.fetch(vec![wish]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, N as u64);
    let requests = world.hosts.requests();
    assert_eq!(requests[1].range, Some(ByteRange { start: at as u64, end: None }));
    assert_eq!(requests[1].if_range.as_deref(), Some("\"1\""));
}

#[test]
fn a_new_tab_fetches_only_the_chunks_that_are_missing() {
    let at = 3 * CHUNK as usize + 40;
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(at)]);
    hosted.always = Some(Fault::Unreachable);
    let world = world(hosted);
    failed(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    world.hosts.change(URL, |hosted| hosted.always = None);
    world.hosts.n_served();
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    let n_missing = (N - 3 * CHUNK as usize) as u64;
    assert_eq!((n_received, world.hosts.n_served()), (n_missing, n_missing));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
}

#[test]
fn a_resumed_file_is_compared_with_its_hash_as_a_whole() {
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::DropAfter(200)]);
    hosted.always = Some(Fault::Unreachable);
    let world = world(hosted);
    let mut wish = wanted("model.gguf", &[URL]);
    wish.n_bytes = Some(N as u64);
    wish.sha256 = Some(sha256(&sample(N, 1)));
    failed(&world.fetch(vec![wish.clone()]));
    world.hosts.change(URL, |hosted| hosted.always = None);
    assert!(fetched(&world.fetch(vec![wish])).0.files[0].is_whole);
}

#[test]
fn a_host_without_ranges_is_read_again_and_what_is_there_is_not_written_again() {
    let at = 3 * CHUNK as usize + 5;
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(at)]);
    hosted.has_no_ranges = true;
    let world = world(hosted);
    let reports = world.fetch(vec![wanted("model.gguf", &[URL])]);
    let (model, n_received) = fetched(&reports);
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, (N + at) as u64);
    assert_eq!(world.shelf.n_written(), N as u64);
    assert!(warnings(&reports)[0].contains("cannot resume"), "{reports:?}");
}

#[test]
fn a_host_that_refuses_the_preflight_for_if_range_is_asked_without() {
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(100)]);
    hosted.refuses_if_range = true;
    let world = world(hosted);
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, N as u64);
}

#[test]
fn a_file_that_changes_in_the_middle_is_fetched_from_the_start() {
    for refuses_if_range in [false, true] {
        let changed = Fault::Change(sample(N, 2), Some("\"2\"".to_owned()));
        let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(150), changed]);
        hosted.refuses_if_range = refuses_if_range;
        let world = world(hosted);
        let reports = world.fetch(vec![wanted("model.gguf", &[URL])]);
        assert_eq!(world.data(&fetched(&reports).0.files[0].key), sample(N, 2));
        assert!(warnings(&reports)[0].contains("from the start"), "{reports:?}");
    }
}

#[test]
fn a_change_that_nothing_but_the_length_betrays_is_noticed() {
    let changed = Fault::Change(sample(N + 1, 2), None);
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(150), changed]);
    hosted.etag = None;
    let world = world(hosted);
    let reports = world.fetch(vec![wanted("model.gguf", &[URL])]);
    assert_eq!(world.data(&fetched(&reports).0.files[0].key), sample(N + 1, 2));
}

#[test]
fn a_change_that_nothing_betrays_is_found_by_comparing_a_chunk() {
    let changed = Fault::Change(sample(N, 2), None);
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(150), changed]);
    hosted.etag = None;
    let world = world(hosted);
    let reports = world.fetch(vec![wanted("model.gguf", &[URL])]);
    assert_eq!(world.data(&fetched(&reports).0.files[0].key), sample(N, 2));
}

#[test]
fn a_file_that_changes_each_time_is_given_up() {
    let change = |seed: u64| Fault::Change(sample(N, seed), Some(format!("\"{seed}\"")));
    let mut faults = vec![Fault::None];
    for seed in 2..20 {
        faults.extend([Fault::DropAfter(150), change(seed)]);
    }
    let mut hosted = Hosted::failing(sample(N, 1), faults);
    hosted.always = Some(Fault::DropAfter(150));
    let world = world(hosted);
    let reports = world.fetch(vec![wanted("model.gguf", &[URL])]);
    // Each change is followed by a whole answer, so it may well arrive; it never arrives mixed.
    match reports.last() {
        Some(Report::Fetched { model, .. }) => {
            let data = world.data(&model.files[0].key);
            assert!((1..20).any(|seed| data == sample(N, seed)));
        }
        _ => assert!(failed(&reports).message.contains("different"), "{reports:?}"),
    }
    world.shelf.check();
}

#[test]
fn bytes_that_were_garbled_are_fetched_again_where_the_hash_is_known() {
    let world = world(Hosted::failing(sample(N, 1), [Fault::Garble(130)]));
    let mut wish = wanted("model.gguf", &[URL]);
    wish.n_bytes = Some(N as u64);
    wish.sha256 = Some(sha256(&sample(N, 1)));
    let reports = world.fetch(vec![wish]);
    assert_eq!(world.data(&fetched(&reports).0.files[0].key), sample(N, 1));
    assert!(warnings(&reports)[0].contains("SHA-256"), "{reports:?}");
}

#[test]
fn a_host_that_does_not_expose_its_headers_will_do() {
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::None, Fault::DropAfter(150)]);
    hosted.is_unexposed = true;
    let world = world(hosted);
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
}

#[test]
fn a_gap_in_the_middle_is_fetched_alone() {
    let world = world(Hosted::new(sample(N, 1)));
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    let key = &model.files[0].key;
    // The record of chunk 2 is garbled.
    world.shelf.flip(&download::ledger_name(key), 32 + 2 * 48 + 20);
    world.hosts.n_served();
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!((n_received, world.hosts.n_served()), (u64::from(CHUNK), u64::from(CHUNK)));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
}

#[test]
fn a_part_of_a_chunk_is_not_gone_on_with_where_no_version_is_told() {
    let changed = Fault::Change(sample(N, 2), None);
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(30), changed]);
    hosted.etag = None;
    let world = world(hosted);
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 2));
}

#[test]
fn a_whole_file_that_lost_its_end_gets_its_end_again() {
    let world = world(Hosted::new(sample(N, 1)));
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    world.shelf.put(&download::data_name(&model.files[0].key), sample(N, 1)[..N - 30].to_vec());
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, 17 + u64::from(CHUNK));
}

#[test]
fn a_change_at_a_host_without_ranges_or_versions_is_found_by_comparing_what_comes() {
    let changed = Fault::Change(sample(N, 2), None);
    let mut hosted = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(150), changed]);
    hosted.etag = None;
    hosted.has_no_ranges = true;
    let world = world(hosted);
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 2));
}
