//! One malformed file for each thing that is refused, and the message that a person reads.

use crate::file::{File, Tensor, Value, array_value, bool_value, open, str_value, string_bytes, u32_value};
use weights::{GgufError, limits};

fn message(file: &File) -> String {
    file.open().unwrap_err().to_string()
}

/// A file with one tensor of this shape (innermost first), whatever it is.
fn one_tensor(ne: &[u64], type_id: u32, offset: u64) -> File {
    let tensor = Tensor { name: b"blk.0.w".to_vec(), ne: ne.to_vec(), type_id, offset };
    File { tensors: vec![tensor], data_bytes: 1024, ..File::default() }
}

#[test]
fn other_files_are_named() {
    let png = open(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR").unwrap_err();
    assert!(
        matches!(&png, GgufError::NotGguf { looks_like: Some(kind), .. } if kind.contains("PNG")),
        "{png}"
    );
    // Shorter than the magic.
    for bytes in [&b"\0"[..], b"GG\0", b"PK"] {
        assert!(matches!(open(bytes), Err(GgufError::NotGguf { .. })));
    }
    assert!(matches!(open(b"GGU"), Err(GgufError::Truncated { .. })));
}

#[test]
fn other_versions_are_named() {
    for version in [0, 1, 4, 65_535] {
        assert_eq!(
            File { version, ..File::small() }.open().unwrap_err(),
            GgufError::Version { found: version }
        );
    }
    let big_endian = File { version: 3u32.swap_bytes(), ..File::small() };
    assert_eq!(big_endian.open().unwrap_err(), GgufError::BigEndian { version: 3 });
}

#[test]
fn a_truncated_file_says_how_long_it_should_be() {
    let bytes = File::small().bytes();
    let n = bytes.len();
    assert_eq!(
        open(&bytes[..n - 1]).unwrap_err().to_string(),
        format!(
            "the file is truncated or damaged: tensor \"output.weight\" needs {n} bytes, the file has {}; \
             download it again and compare its size",
            n - 1
        )
    );
}

#[test]
fn absurd_counts_are_refused() {
    let file = File { n_tensors: Some(u64::MAX), ..File::small() };
    assert_eq!(
        message(&file),
        "the file is damaged or not meant for this program: the number of tensors is 18446744073709551615, \
         at most 65536 is accepted; download it again"
    );
    let file = File { n_keys: Some(limits::MAX_KEYS + 1), ..File::small() };
    assert!(matches!(file.open(), Err(GgufError::Excessive { .. })));
    // Within the limit, but more than the file can hold.
    let file = File { n_keys: Some(limits::MAX_KEYS), ..File::small() };
    assert!(matches!(file.open(), Err(GgufError::Truncated { .. })));
    let file = File { n_tensors: Some(5), ..File::small() };
    assert!(file.open().is_err(), "one tensor more than there are");
}

#[test]
fn absurd_lengths_are_refused() {
    for len in [limits::MAX_ARRAY_ELEMENTS + 1, 1 << 40, u64::MAX] {
        for element_type in [0, 7, 8, 9, 12] {
            let file = File::default().key("a", array_value(element_type, len, &[]));
            assert!(
                matches!(file.open(), Err(GgufError::Excessive { .. })),
                "{len} elements of type {element_type}"
            );
        }
    }
    for element_type in [0, 7, 8, 9, 12] {
        let file = File::default().key("a", array_value(element_type, limits::MAX_ARRAY_ELEMENTS, &[]));
        assert!(matches!(file.open(), Err(GgufError::Truncated { .. })), "type {element_type}");
    }
    // The limit is on all arrays together.
    let half = limits::MAX_ARRAY_ELEMENTS / 2 + 1;
    let bytes = vec![0; half as usize];
    let file = File::default().key("a", array_value(0, half, &bytes)).key("b", array_value(0, half, &bytes));
    assert!(matches!(file.open(), Err(GgufError::Excessive { found, .. }) if found == 2 * half));

    for len in [limits::MAX_STRING_BYTES + 1, u64::MAX] {
        let file = File::default().key("s", Value { type_id: 8, bytes: len.to_le_bytes().to_vec() });
        assert!(matches!(file.open(), Err(GgufError::Excessive { .. })), "{len}");
    }
}

#[test]
fn arrays_in_arrays_have_a_depth() {
    let nested = |depth: usize| {
        let inner = (1..depth).fold(array_value(0, 1, &[9]), |inner, _| array_value(9, 1, &inner.bytes));
        File::default().key("deep", inner)
    };
    assert!(nested(limits::MAX_ARRAY_DEPTH).open().is_ok());
    assert!(matches!(nested(limits::MAX_ARRAY_DEPTH + 1).open(), Err(GgufError::Excessive { .. })));
    assert!(matches!(nested(100_000).open(), Err(GgufError::Excessive { .. })));
}

#[test]
fn values_that_mean_nothing_are_refused() {
    let file = File::default().key("k", Value { type_id: 13, bytes: vec![0; 8] });
    assert_eq!(file.open().unwrap_err(), GgufError::ValueType { key: "\"k\"".into(), found: 13 });
    let file = File::default().key("k", array_value(99, 0, &[]));
    assert_eq!(file.open().unwrap_err(), GgufError::ValueType { key: "\"k\"".into(), found: 99 });
    let file = File::default().key("k", Value { type_id: 7, bytes: vec![2] });
    assert_eq!(file.open().unwrap_err(), GgufError::NotBool { key: "\"k\"".into(), found: 2 });
    let file = File::default().key("k", array_value(7, 3, &[0, 1, 3]));
    assert_eq!(file.open().unwrap_err(), GgufError::NotBool { key: "\"k\"".into(), found: 3 });
}

#[test]
fn alignments_are_powers_of_two() {
    for found in [0, 3, 33] {
        let file = File::small().key("x", u32_value(0));
        let keys = file.keys.into_iter().map(|(key, value)| {
            let value = if key == b"general.alignment" { u32_value(found) } else { value };
            (key, value)
        });
        let file = File { keys: keys.collect(), ..File::small() };
        assert_eq!(file.open().unwrap_err(), GgufError::Alignment { found: i128::from(found) });
    }
    let negative = File::default().key("general.alignment", Value { type_id: 1, bytes: vec![0xE0] });
    assert_eq!(negative.open().unwrap_err(), GgufError::Alignment { found: -32 });
    for value in [str_value("32"), bool_value(true), array_value(4, 1, &[32, 0, 0, 0])] {
        let file = File::default().key("general.alignment", value);
        assert!(matches!(file.open(), Err(GgufError::KeyType { .. })));
    }
    // The largest power of two puts the tensor data out of reach.
    let far = File::default()
        .key("general.alignment", Value { type_id: 10, bytes: (1u64 << 63).to_le_bytes().to_vec() })
        .tensor("a", &[1], 0);
    assert!(matches!(far.open(), Err(GgufError::Truncated { .. })));
}

#[test]
fn names_are_unique_text() {
    let file = File::small().key("flags", bool_value(true));
    assert_eq!(file.open().unwrap_err(), GgufError::DuplicateKey { key: "\"flags\"".into() });
    let file = File::small().tensor("output.weight", &[1], 0);
    assert_eq!(file.open().unwrap_err(), GgufError::DuplicateTensor { name: "\"output.weight\"".into() });
    // Zero bytes at the end of a name are cut off.
    let file = File::small().tensor("output.weight\0\0", &[1], 0);
    assert_eq!(file.open().unwrap_err(), GgufError::DuplicateTensor { name: "\"output.weight\"".into() });

    let mut file = File::small();
    file.keys[1].0 = b"general.\xFF".to_vec();
    assert_eq!(file.open().unwrap_err(), GgufError::NotText { what: "key 2 of 10".into() });
    let mut file = File::small();
    file.tensors[3].name = b"\xC3".to_vec();
    assert_eq!(file.open().unwrap_err(), GgufError::NotText { what: "the name of tensor 4 of 4".into() });

    let file = File::small().key(&"k".repeat(70_000), bool_value(true));
    assert!(matches!(file.open(), Err(GgufError::Excessive { .. })));
}

#[test]
fn messages_escape_and_shorten_names() {
    let name = "\u{1b}[31m".to_owned() + &"n".repeat(60_000);
    let file = File::default().key(&name, Value { type_id: 13, bytes: vec![] });
    let message = message(&file);
    assert!(message.contains(r"\u{1b}[31mnnn") && message.len() < 400, "{message}");
}

#[test]
fn strings_that_are_not_utf8_are_read_all_the_same() {
    // Vocabularies of byte tokens hold such strings.
    let value = Value { type_id: 8, bytes: string_bytes(b"a\xFFb") };
    let gguf = File::default().key("s", value).open().unwrap();
    assert_eq!(gguf.str("s"), Ok("a\u{FFFD}b"));
}

#[test]
fn tensors_have_one_to_four_dimensions_of_at_least_one() {
    for found in [0, 5, 100] {
        let file = one_tensor(&vec![1; found as usize], 0, 0);
        assert_eq!(
            file.open().unwrap_err(),
            GgufError::DimensionCount { tensor: "\"blk.0.w\"".into(), found }
        );
    }
    for ne in [&[0][..], &[4, 0], &[0, u64::MAX]] {
        let file = one_tensor(ne, 0, 0);
        assert_eq!(file.open().unwrap_err(), GgufError::EmptyDimension { tensor: "\"blk.0.w\"".into() });
    }
}

#[test]
fn products_that_overflow_are_refused() {
    for ne in [&[u64::MAX][..], &[1 << 32, 1 << 32], &[1 << 62, 4], &[1 << 16, 1 << 16, 1 << 16, 1 << 16]] {
        let error = one_tensor(ne, 0, 0).open().unwrap_err();
        assert!(matches!(error, GgufError::TooLarge { .. }), "{ne:?}: {error}");
    }
    // The elements can be counted, the end of the bytes cannot.
    let error = one_tensor(&[1 << 61], 0, u64::MAX - 31).open().unwrap_err();
    assert!(matches!(error, GgufError::TooLarge { .. }), "{error}");
}

#[test]
fn unknown_types_are_named() {
    assert_eq!(
        message(&one_tensor(&[256], 16, 0)),
        "tensor \"blk.0.w\" is stored as IQ2_XXS, which is not supported; choose a file with one of \
         F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K"
    );
    assert!(message(&one_tensor(&[256], 77, 0)).contains("the unknown type 77"));
    // candle knows these two, but they are not types of weights.
    for type_id in [9, 15] {
        assert!(matches!(one_tensor(&[256], type_id, 0).open(), Err(GgufError::TensorType { .. })));
    }
}

#[test]
fn rows_are_whole_blocks() {
    assert_eq!(
        message(&one_tensor(&[128, 2], 12, 0)),
        "tensor \"blk.0.w\" has rows of 128 elements, Q4_K needs a multiple of 256; quantise the model again"
    );
    assert!(one_tensor(&[256, 2], 12, 0).open().is_ok());
}

#[test]
fn tensors_lie_aligned_within_the_file() {
    assert_eq!(
        one_tensor(&[1], 0, 4).open().unwrap_err(),
        GgufError::Misaligned { tensor: "\"blk.0.w\"".into(), offset: 4, alignment: 32 }
    );
    assert!(one_tensor(&[8], 0, 992).open().is_ok(), "ends with the file");
    assert!(matches!(one_tensor(&[9], 0, 992).open(), Err(GgufError::Truncated { .. })));
    assert!(matches!(one_tensor(&[1], 0, 1 << 60).open(), Err(GgufError::Truncated { .. })));
}

#[test]
fn tensors_do_not_overlap() {
    let mut file = File::default().tensor("a", &[16], 0).tensor("b", &[16], 0).tensor("c", &[16], 0);
    file.tensors[2].offset = 32; // the second half of a
    assert_eq!(
        message(&file),
        "tensors \"a\" and \"c\" overlap in the file; the file is damaged, download it again"
    );
    // The same place twice.
    let mut file = File::default().tensor("a", &[16], 0).tensor("b", &[16], 0);
    file.tensors[1].offset = 0;
    assert!(matches!(file.open(), Err(GgufError::Overlap { .. })));
}
