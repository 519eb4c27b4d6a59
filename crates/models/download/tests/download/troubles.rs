//! What a host may do instead of giving the file, and what is said of it.

use download::Report;

use crate::world::{CHUNK, CUT, Fault, Hosted, World, failed, fetched, sample, wanted};

const URL: &str = "https://host.example/model.gguf";
const N: usize = 5 * CHUNK as usize + 17;

fn said(hosted: Hosted) -> String {
    let world = World::new();
    world.hosts.put(URL, hosted);
    let trouble = failed(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    // Nothing of it lies in the store.
    world.shelf.check();
    let n_data: usize = world.shelf.names().iter().filter(|name| name.ends_with(".data")).count();
    assert_eq!(n_data, 0, "{trouble:?} left {:?}", world.shelf.names());
    format!("{} {}", trouble.message, trouble.remedy)
}

#[test]
fn each_refusal_has_its_own_message() {
    for (status, expected) in [
        (401, "not signed in"),
        (403, "not signed in"),
        (404, "has no model.gguf"),
        (429, "too often"),
        (500, "fault of its own"),
        (418, "status 418"),
    ] {
        let said = said(Hosted::always(sample(N, 1), Fault::Status(status, None)));
        assert!(said.contains(expected), "{status}: {said}");
    }
}

#[test]
fn a_web_page_in_place_of_the_file_is_named() {
    for fault in [Fault::Page, Fault::TypedPage] {
        let said = said(Hosted::always(sample(N, 1), fault));
        assert!(said.contains("a web page where a GGUF file was expected"), "{said}");
    }
}

#[test]
fn something_else_in_place_of_the_file_is_named() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".repeat(3);
    assert!(said(Hosted::new(pointer)).contains("Git LFS"));
    assert!(said(Hosted::new(b"PK\x03\x04".repeat(100))).contains("ZIP"));
    assert!(said(Hosted::new(b"GGU".to_vec())).contains("GGU"));
    assert!(said(Hosted::new(b"safe".repeat(100))).contains("safesafe"));
}

#[test]
fn a_file_that_is_as_long_as_the_host_says_and_yet_not_all_of_it_is_not_kept() {
    let cut = [sample(N, 1), CUT.to_vec()].concat();
    let said = said(Hosted::new(cut));
    assert!(said.contains("not all of it: it ends early"), "{said}");
}

#[test]
fn an_empty_file_is_refused() {
    assert!(said(Hosted::new(Vec::new())).contains("GGUF file was expected"));
}

#[test]
fn a_host_that_cannot_be_reached_is_told_with_what_it_must_allow() {
    let said = said(Hosted::always(sample(N, 1), Fault::Unreachable));
    assert!(said.contains("Access-Control-Expose-Headers: Content-Length, Content-Range, ETag"), "{said}");
}

#[test]
fn a_busy_host_is_waited_for_as_long_as_it_asks() {
    let world = World::new();
    let busy = || Fault::Status(503, Some("7"));
    world.hosts.put(URL, Hosted::failing(sample(N, 1), [busy(), Fault::None, busy(), busy()]));
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert!(world.clock.now_secs() > 20.9, "{}", world.clock.now_secs());
}

#[test]
fn a_host_that_falls_silent_is_asked_again() {
    let world = World::new();
    world.hosts.put(URL, Hosted::failing(sample(N, 1), [Fault::None, Fault::StallAfter(100)]));
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, N as u64);
}

#[test]
fn a_length_that_is_too_great_ends_in_a_message() {
    let world = World::new();
    world.hosts.put(URL, Hosted::always(sample(N, 1), Fault::Announce(10)));
    let trouble = failed(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert!(trouble.message.contains("ends before byte 337"), "{trouble:?}");
    world.shelf.check();
}

#[test]
fn a_length_that_is_too_small_ends_in_a_message_and_keeps_nothing() {
    let said = said(Hosted::always(sample(N, 1), Fault::TooMany(10)));
    assert!(said.contains("more than the"), "{said}");
}

#[test]
fn a_length_that_is_not_told_ends_in_a_message() {
    let mut hosted = Hosted::new(sample(N, 1));
    hosted.has_no_length = true;
    hosted.is_unexposed = true;
    assert!(said(hosted).contains("does not say how long"));
}

#[test]
fn a_length_that_only_the_list_tells_will_do() {
    let world = World::new();
    let mut hosted = Hosted::new(sample(N, 1));
    hosted.has_no_length = true;
    world.hosts.put(URL, hosted);
    let mut wish = wanted("model.gguf", &[URL]);
    wish.n_bytes = Some(N as u64);
    assert_eq!(world.data(&fetched(&world.fetch(vec![wish])).0.files[0].key), sample(N, 1));
}

#[test]
fn too_small_a_quota_is_refused_with_numbers_before_the_first_byte() {
    let world = World::new();
    world.hosts.put(URL, Hosted::new(sample(N, 1)));
    world.shelf.tell_quota(N as u64 + 99);
    let mut wish = wanted("model.gguf", &[URL]);
    wish.n_bytes = Some(N as u64);
    let trouble = failed(&world.fetch(vec![wish.clone()]));
    assert!(trouble.message.contains(&format!("{} bytes", N + 100)), "{trouble:?}");
    assert!(trouble.message.contains(&format!("{} bytes", N + 99)), "{trouble:?}");
    assert_eq!((world.hosts.n_served(), world.hosts.requests().len()), (0, 0));
    assert_eq!(world.shelf.names(), Vec::<String>::new());
    world.shelf.tell_quota(10_000);
    fetched(&world.fetch(vec![wish]));
}

#[test]
fn a_browser_that_tells_more_room_than_it_grants_is_asked_before_the_first_byte() {
    let world = World::new();
    world.hosts.put(URL, Hosted::new(sample(N, 1)));
    world.shelf.grant(N as u64 + 99);
    let mut wish = wanted("model.gguf", &[URL]);
    wish.n_bytes = Some(N as u64);
    let trouble = failed(&world.fetch(vec![wish.clone()]));
    assert!(trouble.message.contains(&format!("{} bytes", N + 99)), "{trouble:?}");
    assert_eq!((world.hosts.n_served(), world.hosts.requests().len()), (0, 0));
    world.shelf.grant(10_000);
    fetched(&world.fetch(vec![wish]));
}

#[test]
fn too_small_a_quota_is_refused_where_only_the_host_knows_the_length() {
    let world = World::new();
    world.hosts.put(URL, Hosted::new(sample(N, 1)));
    world.shelf.tell_quota(N as u64);
    let trouble = failed(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert!(trouble.message.contains("needs"), "{trouble:?}");
    // The look asks for one byte and reads none.
    assert_eq!((world.hosts.n_served(), world.hosts.requests().len()), (0, 1));
}

#[test]
fn a_short_write_is_noticed_and_the_download_goes_on_when_there_is_room() {
    let mut n_resumed = 0;
    for capacity in (300..1200).step_by(7) {
        let world = World::new();
        world.hosts.put(URL, Hosted::new(sample(N, 1)));
        world.shelf.tell_quota(1 << 30);
        world.shelf.set_capacity(Some(capacity));
        let reports = world.fetch(vec![wanted("model.gguf", &[URL])]);
        world.shelf.check();
        if !matches!(reports.last(), Some(Report::Fetched { .. })) {
            let trouble = failed(&reports);
            assert!(trouble.message.contains("storage is full"), "{trouble:?}");
        }
        world.shelf.set_capacity(None);
        let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
        assert_eq!(world.data(&model.files[0].key), sample(N, 1));
        n_resumed += u32::from((1..N as u64).contains(&n_received));
    }
    assert!(n_resumed > 20, "{n_resumed}");
}

#[test]
fn a_write_that_is_short_though_there_is_room_is_not_recorded() {
    let world = World::new();
    world.hosts.put(URL, Hosted::new(sample(N, 1)));
    world.shelf.write_short_after(2);
    let trouble = failed(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert!(trouble.message.contains("took 32 bytes"), "{trouble:?}");
    world.shelf.check();
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, (N - 2 * CHUNK as usize) as u64);
}

#[test]
fn what_is_no_address_is_said_to_be_none() {
    for address in ["model.gguf", "ftp://host.example/model.gguf", "file:///model.gguf", "https://"] {
        let trouble = failed(&World::new().fetch(vec![wanted("model.gguf", &[address])]));
        assert!(trouble.message.contains("not an address"), "{address}: {trouble:?}");
    }
    assert!(failed(&World::new().fetch(vec![wanted("model.gguf", &[])])).message.contains("no address"));
    assert!(failed(&World::new().fetch(Vec::new())).message.contains("no files"));
}
