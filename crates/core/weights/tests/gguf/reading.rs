//! What a well-formed file is read as, and how the reader asks for its bytes.

use crate::file::{
    File, Value, array_value, f32_value, open, open_within, str_value, strings_value, u32_value,
};
use tensor::Dtype;
use weights::{GgufError, HeaderReader};

#[test]
fn tensors_stand_in_file_order_with_their_ranges() {
    let file = File::small();
    let gguf = file.open().unwrap();
    let data_start = file.header().len().next_multiple_of(32) as u64;

    let found: Vec<_> = gguf
        .tensors()
        .iter()
        .map(|t| (t.name.as_str(), t.dtype, t.shape.as_slice(), t.range.clone()))
        .collect();
    let at = |from: u64, to: u64| data_start + from..data_start + to;
    assert_eq!(
        found,
        [
            ("token_embd.weight", Dtype::Q4K, &[3, 256][..], at(0, 432)),
            ("blk.0.norm.weight", Dtype::F32, &[5], at(448, 468)),
            ("v.patch_embd.weight", Dtype::F16, &[4, 3, 2, 2], at(480, 576)),
            ("output.weight", Dtype::Q8_0, &[2, 32], at(576, 644)),
        ]
    );
    assert_eq!(gguf.tensor("output.weight"), Some(&gguf.tensors()[3]));
    assert_eq!(gguf.tensor("output.bias"), None);
    assert_eq!(gguf.n_parameters(), 768 + 5 + 48 + 64);
    assert_eq!(gguf.tensors()[3].n_bytes(), 68);
}

#[test]
fn versions_2_and_3_are_read() {
    for version in [2, 3] {
        let gguf = File { version, ..File::small() }.open().unwrap();
        assert_eq!((gguf.version(), gguf.tensors().len()), (version, 4));
    }
}

#[test]
fn metadata_by_kind() {
    let gguf = File::small().open().unwrap();
    assert_eq!(gguf.architecture(), Ok("qwen2vl"));
    assert_eq!(gguf.u32("qwen2vl.block_count"), Ok(2), "a u64 in the file");
    assert_eq!(gguf.f32("qwen2vl.epsilon"), Ok(1e-6));
    assert_eq!(gguf.bool("clip.has_vision_encoder"), Ok(true));
    assert_eq!(gguf.i32s("qwen2vl.rope.dimension_sections"), Ok(vec![16, 24, 24, 0]));
    assert_eq!(gguf.strings("tokenizer.ggml.tokens"), Ok(vec!["!".into(), "\"".into(), "é".into()]));

    assert_eq!(gguf.opt_u32("no.such.key"), Ok(None));
    assert_eq!(gguf.opt_strings("no.such.key"), Ok(None));
    let error = gguf.u32("no.such.key").unwrap_err();
    assert!(error.to_string().starts_with("the file has no key \"no.such.key\";"), "{error}");

    let error = gguf.opt_u32("tokenizer.ggml.tokens").unwrap_err();
    assert!(
        error.to_string().starts_with(
            r#"key "tokenizer.ggml.tokens" is ["!", "\"", "é"], expected an integer from 0 to 4294967295;"#
        ),
        "{error}"
    );
    assert!(gguf.f32s("qwen2vl.rope.dimension_sections").is_err(), "integers are not taken for floats");
    assert!(gguf.bool("qwen2vl.block_count").is_err());
    assert!(gguf.str("qwen2vl.block_count").is_err());
}

#[test]
fn integers_of_any_width_are_accepted_within_range() {
    let gguf = File::default()
        .key("u8", Value { type_id: 0, bytes: vec![200] })
        .key("i16", Value { type_id: 3, bytes: 300i16.to_le_bytes().to_vec() })
        .key("negative", Value { type_id: 11, bytes: (-1i64).to_le_bytes().to_vec() })
        .key("large", Value { type_id: 10, bytes: (1u64 << 32).to_le_bytes().to_vec() })
        .key("f64s", array_value(12, 2, &[0.5f64.to_le_bytes(), 2f64.to_le_bytes()].concat()))
        .key("u8s", array_value(0, 3, &[1, 2, 255]))
        .key("none", array_value(0, 0, &[]))
        .open()
        .unwrap();
    assert_eq!(gguf.u32("u8"), Ok(200));
    assert_eq!(gguf.u32("i16"), Ok(300));
    assert!(matches!(gguf.u32("negative"), Err(GgufError::KeyType { .. })));
    assert!(matches!(gguf.u32("large"), Err(GgufError::KeyType { .. })));
    assert_eq!(gguf.f32s("f64s"), Ok(vec![0.5, 2.0]));
    assert_eq!(gguf.i32s("u8s"), Ok(vec![1, 2, 255]));
    assert_eq!(gguf.strings("none"), Ok(vec![]), "an array without elements has no kind");
}

#[test]
fn keys_are_listed_in_file_order() {
    let gguf = File::small().open().unwrap();
    let keys: Vec<_> = gguf.keys().collect();
    assert_eq!(keys[0], ("general.architecture", "\"qwen2vl\"".to_owned()));
    assert_eq!(keys[6], ("qwen2vl.rope.dimension_sections", "[16, 24, 24, 0]".to_owned()));
    assert_eq!(keys.len(), 10);
}

#[test]
fn quantisation_is_stated_or_that_of_most_matrices() {
    assert_eq!(File::small().open().unwrap().quantisation(), "Q4_K_M");

    let matrices = File::default()
        .tensor("norm", &[8], 0)
        .tensor("bias", &[8], 0)
        .tensor("scale", &[8], 0)
        .tensor("a", &[32, 1], 8)
        .tensor("b", &[32, 1], 8)
        .tensor("c", &[256, 9], 14);
    assert_eq!(matrices.open().unwrap().quantisation(), "Q8_0", "by number, vectors not counted");
    let unknown = matrices.key("general.file_type", u32_value(999));
    assert_eq!(unknown.open().unwrap().quantisation(), "Q8_0");
    let text = File::default().key("general.file_type", str_value("Q4")).tensor("v", &[8], 1);
    assert_eq!(text.open().unwrap().quantisation(), "F16");
    assert_eq!(File::default().open().unwrap().quantisation(), "no weights");
}

#[test]
fn the_alignment_of_the_file_is_kept() {
    let file = File { alignment: 256, ..File::default() }
        .key("general.alignment", u32_value(256))
        .tensor("a", &[3], 0)
        .tensor("b", &[3], 0);
    let gguf = file.open().unwrap();
    assert_eq!(gguf.tensors()[0].range, 256..268);
    assert_eq!(gguf.tensors()[1].range, 512..524);
}

#[test]
fn a_file_without_tensors_may_end_with_its_header() {
    let gguf = File::default().key("tokenizer.ggml.pre", str_value("qwen2")).open().unwrap();
    assert_eq!(gguf.str("tokenizer.ggml.pre"), Ok("qwen2"));
    assert!(gguf.tensors().is_empty());
}

#[test]
fn the_reader_asks_in_doubling_steps_and_never_for_the_whole_file() {
    let words: Vec<String> = (0..40_000).map(|i| format!("token{i}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let file = File::default().key("tokenizer.ggml.tokens", strings_value(&words)).tensor("a", &[1 << 20], 0);
    let (header, bytes) = (file.header(), file.bytes());

    let mut reader = HeaderReader::new(bytes.len() as u64);
    let mut steps = Vec::new();
    let gguf = loop {
        let want = reader.want();
        steps.push(want.clone());
        if let Some(gguf) = reader.feed(&bytes[want.start as usize..want.end as usize]).unwrap() {
            break gguf;
        }
    };
    assert_eq!(gguf.strings("tokenizer.ggml.tokens").unwrap(), words);
    assert_eq!(steps[..3], [0..65_536, 65_536..131_072, 131_072..262_144]);
    assert!(steps.last().unwrap().end < 2 * header.len() as u64 && 2 * header.len() < bytes.len());
    assert!(reader.want().is_empty());
    assert!(reader.feed(&[1, 2, 3]).unwrap().is_none(), "bytes after the header are ignored");
}

#[test]
fn bytes_may_come_one_by_one() {
    let bytes = File::small().bytes();
    let mut reader = HeaderReader::new(bytes.len() as u64);
    let mut at = 0;
    let gguf = loop {
        assert_eq!(reader.want(), at as u64..bytes.len() as u64);
        if let Some(gguf) = reader.feed(&bytes[at..=at]).unwrap() {
            break gguf;
        }
        at += 1;
    };
    assert_eq!(gguf.tensors().len(), 4);
}

#[test]
fn a_source_that_ends_early_or_late_is_an_error() {
    let bytes = File::small().bytes();
    assert_eq!(
        open_within(&bytes[..100], bytes.len() as u64).unwrap_err(),
        GgufError::SourceEnded { at: 100, file_len: bytes.len() as u64 }
    );
    let mut reader = HeaderReader::new(10);
    assert_eq!(
        reader.feed(&bytes).unwrap_err(),
        GgufError::TooManyBytes { fed: bytes.len() as u64, file_len: 10 }
    );
    assert_eq!(open(&[]).unwrap_err(), GgufError::Empty);
}

#[test]
fn offsets_beyond_4_gib_are_kept() {
    // Only the header is here: the file that it describes has 6 GB.
    let large = 1 << 30;
    let file = File::default().tensor("a", &[large], 0).tensor("b", &[large / 2], 0).key("x", f32_value(0.5));
    let header = file.header();
    let start = header.len().next_multiple_of(32) as u64;
    let mut beginning = header;
    beginning.resize(65_536, 0);
    let gguf = open_within(&beginning, start + 6 * large).unwrap();
    assert_eq!(gguf.tensor("b").unwrap().range, start + 4 * large..start + 6 * large);
}
