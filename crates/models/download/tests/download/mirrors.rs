//! Several addresses of one file.

use crate::world::{CHUNK, Fault, Hosted, World, failed, fetched, sample, sha256, wanted, warnings};

const FIRST: &str = "https://first.example/model.gguf";
const SECOND: &str = "https://second.example/model.gguf";
const N: usize = 5 * CHUNK as usize + 17;

fn world(first: Hosted, second: Hosted) -> World {
    let world = World::new();
    world.hosts.put(FIRST, first);
    world.hosts.put(SECOND, second);
    world
}

/// Breaks for good after three chunks. The first request is the look at its length.
fn breaking(bytes: Vec<u8>) -> Hosted {
    let mut hosted = Hosted::failing(bytes, [Fault::None, Fault::DropAfter(3 * CHUNK as usize + 9)]);
    hosted.always = Some(Fault::Unreachable);
    hosted
}

#[test]
fn a_mirror_with_the_same_bytes_goes_on_where_the_first_broke() {
    let mut second = Hosted::new(sample(N, 1));
    second.etag = Some("\"of the second\"".to_owned());
    let world = world(breaking(sample(N, 1)), second);
    let reports = world.fetch(vec![wanted("model.gguf", &[FIRST, SECOND])]);
    let (model, n_received) = fetched(&reports);
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    // One stored chunk is compared; the part of a chunk that came from the first is fetched again.
    assert_eq!(n_received, (N + 9) as u64 + u64::from(CHUNK));
    assert!(warnings(&reports)[0].contains("second.example"), "{reports:?}");
}

#[test]
fn a_mirror_with_the_same_hash_needs_no_comparison() {
    let hash = sha256(&sample(N, 1));
    let mut first = breaking(sample(N, 1));
    first.linked_sha256 = Some(hash.clone());
    let mut second = Hosted::new(sample(N, 1));
    second.linked_sha256 = Some(hash);
    let world = world(first, second);
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[FIRST, SECOND])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, (N + 9) as u64);
}

#[test]
fn a_mirror_with_other_bytes_is_not_mixed_in() {
    let world = world(breaking(sample(N, 1)), Hosted::new(sample(N, 2)));
    let reports = world.fetch(vec![wanted("model.gguf", &[FIRST, SECOND])]);
    // The first is gone and the second has another version: it is taken whole.
    assert_eq!(world.data(&fetched(&reports).0.files[0].key), sample(N, 2));
    assert!(warnings(&reports).iter().any(|warning| warning.contains("from the start")), "{reports:?}");
}

#[test]
fn a_mirror_of_another_length_or_hash_than_is_wanted_is_passed_over() {
    let mut wish = wanted("model.gguf", &[FIRST, SECOND]);
    wish.n_bytes = Some(N as u64);
    let world = world(Hosted::new(sample(N + 1, 1)), Hosted::new(sample(N, 2)));
    let reports = world.fetch(vec![wish]);
    assert_eq!(world.data(&fetched(&reports).0.files[0].key), sample(N, 2));
    assert!(warnings(&reports)[0].contains("another file"), "{reports:?}");
}

#[test]
fn bytes_with_the_wrong_hash_lead_to_the_next_mirror() {
    let mut wish = wanted("model.gguf", &[FIRST, SECOND]);
    wish.n_bytes = Some(N as u64);
    wish.sha256 = Some(sha256(&sample(N, 2)));
    let world = world(Hosted::new(sample(N, 1)), Hosted::new(sample(N, 2)));
    assert_eq!(world.data(&fetched(&world.fetch(vec![wish])).0.files[0].key), sample(N, 2));
}

#[test]
fn bytes_with_the_wrong_hash_on_every_mirror_are_not_kept() {
    let mut wish = wanted("model.gguf", &[FIRST, SECOND]);
    wish.n_bytes = Some(N as u64);
    wish.sha256 = Some(sha256(&sample(N, 3)));
    let world = world(Hosted::new(sample(N, 1)), Hosted::new(sample(N, 2)));
    let trouble = failed(&world.fetch(vec![wish]));
    assert!(trouble.message.contains("SHA-256"), "{trouble:?}");
    assert_eq!(world.shelf.names(), Vec::<String>::new());
}

#[test]
fn each_mirror_that_fails_is_named() {
    let second = Hosted::always(vec![], Fault::Status(403, None));
    let world = world(Hosted::always(vec![], Fault::Unreachable), second);
    let trouble = failed(&world.fetch(vec![wanted("model.gguf", &[FIRST, SECOND])]));
    assert!(
        trouble.message.contains("first.example") && trouble.message.contains("second.example"),
        "{trouble:?}"
    );
    assert!(trouble.remedy.contains("Access-Control-Allow-Origin"), "{trouble:?}");
}

#[test]
fn a_hash_that_a_host_tells_binds_only_what_comes_from_it() {
    let mut first = Hosted::failing(sample(N, 1), [Fault::None, Fault::DropAfter(0)]);
    first.linked_sha256 = Some(sha256(&sample(N, 1)));
    first.always = Some(Fault::Unreachable);
    let mut second = Hosted::new(sample(N, 2));
    second.linked_sha256 = Some(sha256(&sample(N, 2)));
    let world = world(first, second);
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[FIRST, SECOND])]));
    assert_eq!((world.data(&model.files[0].key), n_received), (sample(N, 2), N as u64));
    let manifest = world.shelf.contents(&download::manifest_name(&model.files[0].key)).unwrap();
    assert_eq!(download::FileManifest::parse(&manifest).unwrap().sha256, Some(sha256(&sample(N, 2))));
}
