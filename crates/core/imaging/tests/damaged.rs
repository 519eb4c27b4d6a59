//! No content makes the decoder panic, hang or take more memory than it may.

mod support;

use std::sync::LazyLock;

use imaging::{MAX_PIXELS, decode};
use proptest::prelude::*;
use support::format_samples;

static SAMPLES: LazyLock<Vec<(String, Vec<u8>)>> =
    LazyLock::new(|| format_samples().into_iter().map(|(file, bytes, _)| (file, bytes)).collect());

/// Signatures, so that random bytes reach every decoder.
const STARTS: [&[u8]; 7] = [
    b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR",
    b"\xFF\xD8\xFF\xE0\0\x10JFIF\0",
    b"RIFF\x40\0\0\0WEBPVP8",
    b"BM",
    b"GIF89a",
    b"II\x2A\0\x08\0\0\0",
    b"MM\0\x2A\0\0\0\x08",
];

/// Decoding is over or refused; what comes out obeys the limit.
fn check(bytes: &[u8]) {
    if let Ok(decoded) = decode(bytes) {
        let (width, height) = decoded.pixels.dimensions();
        assert!(u64::from(width) * u64::from(height) <= MAX_PIXELS);
        assert!(width > 0 && height > 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits(sample in 0..SAMPLES.len(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6)) {
        let mut bytes = SAMPLES[sample].1.clone();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        check(&bytes);
    }

    /// Headers carry sizes, counts and offsets: bytes there are set to extremes.
    #[test]
    fn extreme_header_bytes(
        sample in 0..SAMPLES.len(),
        sets in prop::collection::vec((0..160_usize, prop::sample::select(vec![0_u8, 1, 0x7F, 0x80, 0xFF])), 1..5),
    ) {
        let mut bytes = SAMPLES[sample].1.clone();
        for (at, value) in sets {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        check(&bytes);
    }

    #[test]
    fn cut_and_joined(sample in 0..SAMPLES.len(), other in 0..SAMPLES.len(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (first, second) = (&SAMPLES[sample].1, &SAMPLES[other].1);
        let bytes = [&first[..a.index(first.len())], &second[b.index(second.len())..]].concat();
        check(&bytes);
    }

    #[test]
    fn random_bytes(start in prop::sample::select(STARTS.to_vec()), rest in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&rest);
        check(&[start, &rest].concat());
    }
}
