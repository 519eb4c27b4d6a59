//! Hundreds of worlds, each with its own faults. Whatever happens, a run ends with the bytes that were wanted or with a message,
//! and the shelf, which looks at every record as it is written, never finds one that is not so.

use download::{Report, Wanted};

use crate::world::{CHUNK, Fault, Hosted, Random, World, sample, sha256, wanted};

const MIRRORS: [&str; 2] = ["https://first.example/model.gguf", "https://second.example/model.gguf"];

/// What can go wrong without the file changing under our hands.
fn fault(random: &mut Random, n_bytes: usize) -> Fault {
    match random.below(14) {
        0 => Fault::Unreachable,
        1..=3 => Fault::DropAfter(random.below(n_bytes)),
        4 => Fault::EndAfter(random.below(n_bytes)),
        5 => Fault::StallAfter(random.below(n_bytes)),
        6 => Fault::Status(
            [403, 404, 429, 500, 503, 418][random.below(6)],
            [None, Some("3"), Some("soon")][random.below(3)],
        ),
        7 => Fault::Page,
        8 => Fault::IgnoreRange,
        9 => Fault::TooMany(1 + random.below(100)),
        10 => Fault::Announce(1 + random.below(100) as u64),
        11 => Fault::Unexposed,
        12 => Fault::Shift(1 + random.below(50) as u64),
        _ => Fault::None,
    }
}

fn hosted(random: &mut Random, bytes: &[u8], hash: &str) -> Hosted {
    let n_faults = random.below(20);
    let mut hosted = Hosted::new(bytes.to_vec());
    hosted.faults = (0..n_faults).map(|_| fault(random, bytes.len())).collect();
    hosted.etag = [None, Some("\"1\"".to_owned()), Some("W/\"1\"".to_owned())][random.below(3)].clone();
    hosted.last_modified = (random.below(2) == 0).then(|| "Sun, 29 Nov 2026 00:00:00 GMT".to_owned());
    hosted.linked_sha256 = (random.below(4) == 0).then(|| hash.to_owned());
    hosted.has_no_ranges = random.below(5) == 0;
    hosted.refuses_if_range = random.below(4) == 0;
    hosted.is_unexposed = random.below(4) == 0;
    hosted
}

/// A world, and the wish for its file.
fn scene(random: &mut Random, seed: u64) -> (World, Vec<u8>, Wanted) {
    let bytes = sample(4 + random.below(12 * CHUNK as usize), seed);
    let world = World::new();
    let hash = sha256(&bytes);
    let n_mirrors = 1 + random.below(2);
    for mirror in &MIRRORS[..n_mirrors] {
        world.hosts.put(mirror, hosted(random, &bytes, &hash));
    }
    let mut wish = wanted("model.gguf", &MIRRORS[..n_mirrors]);
    wish.n_bytes = (random.below(2) == 0).then_some(bytes.len() as u64);
    wish.sha256 = (random.below(3) == 0).then_some(hash);
    (world, bytes, wish)
}

/// Judges the end of a run.
fn judge(world: &World, reports: &[Report], allowed: &[&[u8]], seed: u64) -> bool {
    world.shelf.check();
    for report in reports {
        if let Report::Progress { n_done, n_total: Some(n_total), .. } = report {
            assert!(n_done <= n_total, "seed {seed}: {report:?}");
        }
    }
    match reports.last() {
        Some(Report::Fetched { model, .. }) => {
            let data = world.data(&model.files[0].key);
            assert!(allowed.contains(&data.as_slice()), "seed {seed}: other bytes than any host had");
            assert!(model.files[0].is_whole, "seed {seed}");
            true
        }
        Some(Report::Failed { trouble, .. }) => {
            assert!(!trouble.message.is_empty() && !trouble.remedy.is_empty(), "seed {seed}");
            false
        }
        other => panic!("seed {seed}: ended with {other:?}"),
    }
}

#[test]
fn every_seed_ends_with_the_bytes_or_a_message() {
    let mut n_fetched = 0;
    for seed in 0..600 {
        let mut random = Random(seed * 7919 + 1);
        let (world, bytes, wish) = scene(&mut random, seed);
        n_fetched += u32::from(judge(&world, &world.fetch(vec![wish]), &[&bytes], seed));
    }
    // A harness in which everything fails, or nothing does, shows nothing.
    assert!((100..590).contains(&n_fetched), "{n_fetched}");
}

#[test]
fn every_seed_ends_well_once_the_hosts_do() {
    for seed in 0..400 {
        let mut random = Random(seed * 104_729 + 3);
        let (world, bytes, wish) = scene(&mut random, seed);
        for _ in 0..3 {
            judge(&world, &world.fetch(vec![wish.clone()]), &[&bytes], seed);
        }
        for mirror in &wish.mirrors {
            world.hosts.put(mirror, Hosted::new(bytes.clone()));
        }
        world.hosts.n_served();
        let reports = world.fetch(vec![wish]);
        assert!(judge(&world, &reports, &[&bytes], seed), "seed {seed}: {reports:?}");
    }
}

#[test]
fn a_tab_that_dies_anywhere_leaves_a_store_that_is_true() {
    for seed in 0..400 {
        let mut random = Random(seed * 15_485_863 + 5);
        let (world, bytes, wish) = scene(&mut random, seed);
        for mirror in &wish.mirrors {
            world.hosts.change(mirror, |hosted| hosted.faults.clear());
        }
        for _ in 0..4 {
            world.shelf.crash_after(random.below(60) as u32);
            world.fetch(vec![wish.clone()]);
            world.shelf.restart(&mut random);
        }
        let reports = world.fetch(vec![wish]);
        assert!(judge(&world, &reports, &[&bytes], seed), "seed {seed}: {reports:?}");
    }
}

#[test]
fn a_file_that_changes_under_way_is_never_mixed_where_versions_are_told() {
    let mut n_changed = 0;
    for seed in 0..400 {
        let mut random = Random(seed * 6_700_417 + 7);
        let n_bytes = 4 + random.below(12 * CHUNK as usize);
        let versions: Vec<Vec<u8>> =
            (0..3).map(|version| sample(n_bytes + random.below(2) * 5, seed * 3 + version)).collect();
        let world = World::new();
        let mut hosted = Hosted::new(versions[0].clone());
        let mut version = 0;
        for _ in 0..random.below(20) {
            let change = if random.below(4) == 0 && version < 2 {
                version += 1;
                Fault::Change(versions[version].clone(), Some(format!("\"v{version}\"")))
            } else {
                fault(&mut random, n_bytes)
            };
            hosted.faults.push_back(change);
        }
        hosted.has_no_ranges = random.below(4) == 0;
        hosted.refuses_if_range = random.below(2) == 0;
        world.hosts.put(MIRRORS[0], hosted);
        let allowed: Vec<&[u8]> = versions.iter().map(Vec::as_slice).collect();
        let reports = world.fetch(vec![wanted("model.gguf", &MIRRORS[..1])]);
        judge(&world, &reports, &allowed, seed);
        n_changed += u32::from(reports.iter().any(
            |report| matches!(report, Report::Warned { warning, .. } if warning.contains("from the start")),
        ));
    }
    assert!(n_changed > 20, "{n_changed}");
}

#[test]
fn garbled_bytes_are_never_kept_where_the_hash_is_known() {
    let mut n_garbled = 0;
    for seed in 0..300 {
        let mut random = Random(seed * 32_452_843 + 9);
        let (world, bytes, mut wish) = scene(&mut random, seed);
        wish.n_bytes = Some(bytes.len() as u64);
        wish.sha256 = Some(sha256(&bytes));
        for mirror in &wish.mirrors {
            let at = 4 + random.below(bytes.len());
            world.hosts.change(mirror, |hosted| hosted.faults.push_front(Fault::Garble(at)));
        }
        let reports = world.fetch(vec![wish]);
        judge(&world, &reports, &[&bytes], seed);
        n_garbled +=
            u32::from(reports.iter().any(
                |report| matches!(report, Report::Warned { warning, .. } if warning.contains("SHA-256")),
            ));
    }
    assert!(n_garbled > 100, "{n_garbled}");
}
