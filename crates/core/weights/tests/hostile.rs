//! No header makes the reader panic or allocate what the file's size does not justify.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

#[path = "gguf/file.rs"]
mod file;

use file::{File, Tensor, array_value, bool_value, open, open_within, str_value, strings_value, u32_value};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use weights::{Gguf, GgufError, HeaderReader};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What an index promises, whatever file it came from.
fn check_promises(gguf: &Gguf, file_len: u64) {
    let mut ranges: Vec<_> = gguf.tensors().iter().map(|tensor| tensor.range.clone()).collect();
    for tensor in gguf.tensors() {
        assert!(tensor.range.end <= file_len);
        assert!((1..=4).contains(&tensor.shape.len()));
        assert_eq!(tensor.dtype.n_bytes(tensor.n_elements()), Ok(tensor.n_bytes() as usize));
        assert_eq!(gguf.tensor(&tensor.name), Some(tensor));
    }
    ranges.sort_by_key(|range| range.start);
    assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "overlap");
    for (key, _) in gguf.keys() {
        // Whatever kind the value is, each reader answers.
        let _ = (gguf.u32(key), gguf.f32(key), gguf.bool(key), gguf.str(key).is_ok());
        let _ = (gguf.strings(key), gguf.i32s(key), gguf.f32s(key));
    }
    let _ = (gguf.architecture().is_ok(), gguf.quantisation(), gguf.n_parameters());
}

/// Every kind of field in as few bytes as possible.
fn tiny() -> File {
    let inner = array_value(4, 1, &[7, 0, 0, 0]);
    File::default()
        .key("general.alignment", u32_value(32))
        .key("s", str_value("ab"))
        .key("b", bool_value(true))
        .key("l", strings_value(&["", "c"]))
        .key("f", array_value(7, 2, &[1, 0]))
        .key("n", array_value(9, 1, &inner.bytes))
        .tensor("v", &[5], 0)
        .tensor("w", &[32, 2], 8)
}

/// Every single-byte corruption of a header: 255 wrong values at every place. The tests of this binary share one
/// allocator, so the peak bounds them all.
#[test]
fn every_wrong_byte_is_read_or_refused_without_a_large_allocation() {
    // A dozen test files and the test harness take less than 1 MiB; a length that is believed can ask for exbibytes.
    const PEAK_BYTES: usize = 4 << 20;

    let file = tiny();
    let n_header = file.header().len();
    let mut bytes = file.bytes();
    let (mut n_read, mut n_refused) = (0, 0);
    for at in 0..n_header {
        let right = bytes[at];
        for wrong in (0..=255).filter(|&byte| byte != right) {
            bytes[at] = wrong;
            match open(&bytes) {
                Ok(gguf) => {
                    check_promises(&gguf, bytes.len() as u64);
                    n_read += 1;
                }
                Err(error) => {
                    assert!(error.to_string().len() < 1000);
                    n_refused += 1;
                }
            }
        }
        bytes[at] = right;
    }
    assert_eq!(n_read + n_refused, 255 * n_header);
    // Letters and numbers may be anything; lengths, types and offsets may not.
    assert!(n_read > 1000 && n_refused > 1000, "{n_read} read, {n_refused} refused");
    let peak = MEMORY.peak_usage();
    assert!(peak > bytes.len(), "the allocator does not count");
    assert!(peak < PEAK_BYTES, "{peak} bytes at the peak, for files of {} bytes", bytes.len());
}

#[test]
fn a_file_cut_anywhere_in_its_header_is_refused() {
    let file = File::small();
    let bytes = file.bytes();
    for n in 0..bytes.len() {
        let error = open(&bytes[..n]).unwrap_err();
        match n {
            0 => assert_eq!(error, GgufError::Empty),
            _ => assert!(
                matches!(error, GgufError::Truncated { needs, has, .. } if needs > has && has == n as u64),
                "{n} bytes: {error}"
            ),
        }
    }
    assert!(open(&bytes).is_ok());
}

#[test]
fn a_source_that_dries_up_anywhere_ends_the_loop() {
    let file = File::small();
    let bytes = file.bytes();
    for n in 0..file.header().len() {
        // The length of the file is right, its bytes do not come.
        let error = open_within(&bytes[..n], bytes.len() as u64).unwrap_err();
        assert!(matches!(error, GgufError::SourceEnded { at, .. } if at == n as u64), "{n} bytes: {error}");
    }
}

/// A tensor somewhere in 1024 bytes of data: its offset in units of 32 bytes and its length in units of 4.
fn somewhere() -> impl Strategy<Value = (u64, u64)> {
    (0u64..32, 1u64..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn overlaps_are_found_wherever_they_are(places in prop::collection::vec(somewhere(), 1..6)) {
        let tensors = places.iter().enumerate().map(|(i, &(unit, len))| Tensor {
            name: format!("t{i}").into_bytes(), ne: vec![len], type_id: 0, offset: 32 * unit,
        });
        let file = File { tensors: tensors.collect(), data_bytes: 1024, ..File::default() };

        let ends = |&(unit, len): &(u64, u64)| 32 * unit + 4 * len;
        let too_long = places.iter().any(|place| ends(place) > 1024);
        let overlap = places.iter().enumerate().any(|(i, a)| {
            places[..i].iter().any(|b| 32 * a.0 < ends(b) && 32 * b.0 < ends(a))
        });
        match file.open() {
            Ok(gguf) => {
                prop_assert!(!too_long && !overlap);
                check_promises(&gguf, file.bytes().len() as u64);
            }
            Err(GgufError::Truncated { .. }) => prop_assert!(too_long),
            Err(GgufError::Overlap { .. }) => prop_assert!(overlap && !too_long),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(open(&bytes).is_err());
    }

    /// The same after a true beginning, so that the walk gets further: few keys and tensors, then noise with many zeros.
    #[test]
    fn noise_behind_a_true_beginning_is_read_or_refused(
        n_tensors in 0u64..4,
        n_keys in 0u64..4,
        noise in prop::collection::vec(prop_oneof![3 => Just(0u8), 1 => 0u8..16, 1 => any::<u8>()], 0..400),
    ) {
        let empty = File { n_tensors: Some(n_tensors), n_keys: Some(n_keys), ..File::default() };
        let bytes = [empty.header(), noise].concat();
        if let Ok(gguf) = open(&bytes) {
            check_promises(&gguf, bytes.len() as u64);
        }
    }

    /// Several wrong bytes at once, fed in pieces of any size.
    #[test]
    fn damaged_files_in_pieces_are_read_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        piece in 1usize..300,
    ) {
        let file = File::small();
        let n_header = file.header().len();
        let mut bytes = file.bytes();
        for (at, value) in damage {
            bytes[at.index(n_header)] = value;
        }
        let mut reader = HeaderReader::new(bytes.len() as u64);
        for piece in bytes.chunks(piece) {
            match reader.feed(piece) {
                Ok(None) => {}
                Ok(Some(gguf)) => {
                    check_promises(&gguf, bytes.len() as u64);
                    break;
                }
                Err(_) => break,
            }
        }
    }
}
