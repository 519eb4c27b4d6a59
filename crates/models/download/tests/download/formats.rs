//! Ledgers and manifests: what is on disk or on a host may be anything.

use download::{FileManifest, Ledger, LedgerError, ManifestError, PairFile, PairManifest, ledger_name};
use proptest::prelude::*;

use crate::world::{CHUNK, Hosted, World, fetched, sample, wanted};

const URL: &str = "https://host.example/model.gguf";
const N: usize = 5 * CHUNK as usize + 17;

/// A ledger as a download wrote it.
fn written() -> Vec<u8> {
    let world = World::new();
    world.hosts.put(URL, Hosted::new(sample(N, 1)));
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    world.shelf.contents(&ledger_name(&model.files[0].key)).unwrap()
}

fn true_of_the_sample(ledger: &Ledger) -> bool {
    let bytes = sample(N, 1);
    ledger.chunks().all(|index| {
        let range = ledger.range(index);
        ledger.check(index, &bytes[range.start as usize..range.end as usize]).is_ok()
    })
}

#[test]
fn a_ledger_says_what_arrived() {
    let bytes = written();
    assert_eq!(bytes.len(), 32 + 6 * 48);
    let ledger = Ledger::parse(&bytes).unwrap();
    assert!(ledger.is_whole() && true_of_the_sample(&ledger));
    assert_eq!((ledger.n_total(), ledger.n_chunks(), ledger.chunk_bytes()), (N as u64, 6, CHUNK));
    assert_eq!((ledger.range(5), ledger.range(6)), (320..337, 337..337));
    let damaged = ledger.check(0, &sample(N, 2)[..CHUNK as usize]).unwrap_err();
    assert!(damaged.to_string().contains("damaged"));
    assert!(
        Ledger::new(N as u64, CHUNK)
            .unwrap()
            .check(0, b"")
            .unwrap_err()
            .to_string()
            .contains("never arrived")
    );
    assert_eq!(Ledger::parse(&ledger.to_bytes()), Ok(ledger));
}

#[test]
fn a_torn_tail_costs_its_record_alone() {
    let bytes = written();
    for n in 32..bytes.len() {
        let ledger = Ledger::parse(&bytes[..n]).unwrap();
        assert_eq!(ledger.chunks().count(), (n - 32) / 48);
        assert!(true_of_the_sample(&ledger));
    }
    for n in 0..32 {
        assert_eq!(Ledger::parse(&bytes[..n]), Err(LedgerError::Short(n)));
    }
}

#[test]
fn lengths_that_no_file_has_are_refused() {
    for (n_total, chunk_bytes) in [(0, 64), (64, 0), (u64::MAX, 1)] {
        assert!(Ledger::new(n_total, chunk_bytes).is_err());
    }
    assert!(Ledger::new(u64::MAX, u32::MAX).is_err());
    assert!(!Ledger::new(1 << 40, 4 << 20).unwrap().is_whole());
}

proptest! {
    #[test]
    fn any_bytes_are_a_ledger_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Ledger::parse(&bytes);
        let _ = FileManifest::parse(&bytes);
        let _ = PairManifest::parse(&bytes);
    }

    #[test]
    fn a_garbled_ledger_never_says_what_is_not_so(at in 0_usize..320, flip in 1_u8..) {
        let mut bytes = written();
        bytes[at] ^= flip;
        match Ledger::parse(&bytes) {
            Ok(ledger) => {
                prop_assert!(at >= 32);
                prop_assert_eq!(ledger.chunks().count(), 5);
                prop_assert!(true_of_the_sample(&ledger));
            }
            Err(_) => prop_assert!(at < 32),
        }
    }
}

fn pair() -> PairManifest {
    let file = |name: &str| PairFile { name: name.to_owned(), n_bytes: 5, sha256: "ab".repeat(32) };
    PairManifest::new("T".to_owned(), "q4_k_m".to_owned(), None, vec![file("text.gguf"), file("mmproj.gguf")])
}

#[test]
fn a_pair_s_manifest_reads_what_it_writes() {
    let json = pair().to_json();
    assert_eq!(PairManifest::parse(json.as_bytes()), Ok(pair()));
    assert!(json.contains("\"format\": \"qwen2-vl-pair\"") && !json.contains("licence"), "{json}");
    let wanted = pair().wanted("https://host.example/a/b/manifest.json?x#y").unwrap();
    assert_eq!(wanted[1].mirrors, ["https://host.example/a/b/mmproj.gguf"]);
    assert_eq!((wanted[1].n_bytes, wanted[1].sha256.clone()), (Some(5), Some("ab".repeat(32))));
    assert!(pair().wanted("manifest.json").is_err());
    assert!(pair().wanted("data:application/json,x").is_err());
}

#[test]
fn a_pair_s_manifest_is_checked() {
    let broken = |change: fn(&mut PairManifest)| {
        let mut manifest = pair();
        change(&mut manifest);
        PairManifest::parse(manifest.to_json().as_bytes()).unwrap_err()
    };
    assert!(matches!(broken(|m| m.format = "x".to_owned()), ManifestError::Format(_)));
    assert!(matches!(broken(|m| m.version = 2), ManifestError::Version { found: 2, expected: 1 }));
    assert!(matches!(broken(|m| m.files.clear()), ManifestError::Empty));
    assert!(matches!(broken(|m| m.files[1].name = "text.gguf".to_owned()), ManifestError::Twice(_)));
    assert!(matches!(broken(|m| m.files[0].sha256.push('0')), ManifestError::Hash { .. }));
    assert!(matches!(broken(|m| m.files[0].n_bytes = 0), ManifestError::NoBytes(_)));
    for name in ["", ".", "..", "../x.gguf", "a/b.gguf", "a\\b.gguf", "https:x", "/x", "x?y", "x#y", "a\nb"] {
        let mut manifest = pair();
        name.clone_into(&mut manifest.files[0].name);
        let error = PairManifest::parse(manifest.to_json().as_bytes()).unwrap_err();
        assert!(error.to_string().contains("plain file name"), "{name:?}: {error}");
    }
}

#[test]
fn a_file_s_manifest_reads_what_it_writes() {
    let world = World::new();
    world.hosts.put(URL, Hosted::new(sample(N, 1)));
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    let bytes = world.shelf.contents(&download::manifest_name(&model.files[0].key)).unwrap();
    let manifest = FileManifest::parse(&bytes).unwrap();
    assert!(manifest.is_whole);
    assert_eq!((manifest.name.as_str(), manifest.n_bytes), ("model.gguf", Some(N as u64)));
    assert_eq!(manifest.to_json(), bytes);
    assert!(FileManifest::parse(&bytes[..bytes.len() - 3]).is_err());
}
