//! The index and the metadata are those that candle's parser finds, an independent implementation.

use std::io::Cursor;
use std::path::Path;

use candle_core::quantized::gguf_file::{Content, Value};
use weights::{Gguf, TensorInfo};

use crate::file::{File, Value as Bytes, array_value, open};

/// Says what differs first.
fn compare(gguf: &Gguf, candle: &Content) -> Result<(), String> {
    let (keys, tensors) = (gguf.keys().count(), gguf.tensors().len());
    if (keys, tensors) != (candle.metadata.len(), candle.tensor_infos.len()) {
        return Err(format!("{keys} keys and {tensors} tensors"));
    }
    for (key, shown) in gguf.keys() {
        let expected = candle.metadata.get(key).ok_or_else(|| format!("key {key} is new"))?;
        if !is_same_value(gguf, key, &shown, expected) {
            return Err(format!("{key} is {shown}"));
        }
    }
    let differing = gguf.tensors().iter().find(|tensor| !is_same_tensor(tensor, candle));
    differing.map_or(Ok(()), |tensor| Err(format!("{tensor:?}")))
}

fn is_same_value(gguf: &Gguf, key: &str, shown: &str, expected: &Value) -> bool {
    match expected {
        Value::F32(v) => gguf.f32(key).unwrap().to_bits() == v.to_bits(),
        Value::F64(v) => gguf.f32(key).unwrap().to_bits() == (*v as f32).to_bits(),
        Value::Bool(v) => gguf.bool(key).unwrap() == *v,
        Value::String(v) => gguf.str(key).unwrap() == v,
        Value::Array(elements) if matches!(elements.first(), Some(Value::String(_))) => {
            let expected: Vec<_> = elements.iter().map(|v| v.to_string().unwrap().clone()).collect();
            gguf.strings(key).unwrap() == expected
        }
        Value::Array(elements) if matches!(elements.first(), Some(Value::I32(_))) => {
            let expected: Vec<_> = elements.iter().map(|v| v.to_i32().unwrap()).collect();
            gguf.i32s(key).unwrap() == expected
        }
        Value::Array(elements) if matches!(elements.first(), Some(Value::F32(_))) => {
            let expected: Vec<_> = elements.iter().map(|v| v.to_f32().unwrap()).collect();
            gguf.f32s(key).unwrap() == expected
        }
        number_or_short_array => shown == text(number_or_short_array),
    }
}

/// As `Gguf::keys` shows it, if it has at most six elements.
fn text(value: &Value) -> String {
    match value {
        Value::U8(v) => v.to_string(),
        Value::I8(v) => v.to_string(),
        Value::U16(v) => v.to_string(),
        Value::I16(v) => v.to_string(),
        Value::U32(v) => v.to_string(),
        Value::I32(v) => v.to_string(),
        Value::U64(v) => v.to_string(),
        Value::I64(v) => v.to_string(),
        Value::F32(v) => v.to_string(),
        Value::F64(v) => v.to_string(),
        Value::Bool(v) => v.to_string(),
        Value::String(v) => format!("{v:?}"),
        Value::Array(v) => format!("[{}]", v.iter().map(text).collect::<Vec<_>>().join(", ")),
    }
}

fn is_same_tensor(tensor: &TensorInfo, candle: &Content) -> bool {
    let Some(expected) = candle.tensor_infos.get(&tensor.name) else { return false };
    // candle writes Q4K for Q4_K.
    let dtype = tensor.dtype.name().replace("_K", "K");
    let start = candle.tensor_data_offset + expected.offset;
    let dtype_of = expected.ggml_dtype;
    let n_bytes = expected.shape.elem_count() / dtype_of.block_size() * dtype_of.type_size();
    dtype == format!("{dtype_of:?}")
        && tensor.shape == expected.shape.dims()
        && tensor.range == (start..start + n_bytes as u64)
}

fn content(bytes: &[u8]) -> Content {
    Content::read(&mut Cursor::new(bytes)).unwrap()
}

#[test]
fn real_files_are_read_as_candle_reads_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../web/models/phantom");
    for name in ["text.gguf", "mmproj.gguf"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let gguf = open(&bytes).unwrap();
        assert!(gguf.tensors().len() > 20 && gguf.keys().count() > 15, "{name}");
        assert_eq!(compare(&gguf, &content(&bytes)), Ok(()), "{name}");
    }
}

/// Every type of value at its bounds, on its own and in an array.
#[test]
fn every_type_of_value_is_read_as_candle_reads_it() {
    let scalars: [(u32, &[&[u8]]); 11] = [
        (0, &[&[0], &[0xFF]]),
        (1, &[&[0x80], &[0x7F]]),
        (2, &[&[0, 0x80], &[0xFF, 0xFF]]),
        (3, &[&[0, 0x80], &[0xFF, 0xFF]]),
        (4, &[&[0, 0, 0, 0x80], &[0xFF; 4]]),
        (5, &[&[0, 0, 0, 0x80], &[0xFF; 4]]),
        (6, &[&[0xDB, 0x0F, 0x49, 0xC0], &[0, 0, 0x80, 0x7F]]),
        (7, &[&[0], &[1]]),
        (10, &[&[0, 0, 0, 0, 0, 0, 0, 0x80], &[0xFF; 8]]),
        (11, &[&[0, 0, 0, 0, 0, 0, 0, 0x80], &[0xFF; 8]]),
        (12, &[&[0x18, 0x2D, 0x44, 0x54, 0xFB, 0x21, 0x09, 0xC0], &[0; 8]]),
    ];
    let mut file = File::small();
    for (type_id, values) in scalars {
        for (at, value) in values.iter().enumerate() {
            let value = Bytes { type_id, bytes: value.to_vec() };
            file = file.key(&format!("{type_id}.{at}"), value);
        }
        let array = array_value(type_id, values.len() as u64, &values.concat());
        let nested = array_value(9, 2, &[array.bytes.as_slice(), &array.bytes].concat());
        file = file.key(&format!("{type_id}.array"), array).key(&format!("{type_id}.nested"), nested);
    }
    let texts = [&b"a\0\0"[..], b"\xC3", b"", b"\xFF\xFEx\0y"];
    let strings: Vec<u8> = texts.iter().flat_map(|text| crate::file::string_bytes(text)).collect();
    let file = file.key("text", Bytes { type_id: 8, bytes: crate::file::string_bytes(b"z\0") });
    let file = file.key("texts", array_value(8, texts.len() as u64, &strings));
    let bytes = file.bytes();
    assert_eq!(compare(&open(&bytes).unwrap(), &content(&bytes)), Ok(()));
}

#[test]
fn the_comparison_can_fail() {
    let file = File::small();
    let candle = content(&file.bytes());
    let wrong = |change: fn(&mut File)| {
        let mut file = file.clone();
        change(&mut file);
        compare(&file.open().unwrap(), &candle).unwrap_err()
    };
    assert!(wrong(|file| file.keys[7].1.bytes[20] = b'?').starts_with("tokenizer.ggml.tokens"));
    assert!(wrong(|file| file.keys[6].1.bytes[12] = 17).starts_with("qwen2vl.rope"));
    assert!(wrong(|file| file.keys[9].1.bytes[24] = 8).starts_with("nested"));
    assert!(wrong(|file| file.tensors[3].ne = vec![64, 1]).contains("output.weight"));
    assert!(wrong(|file| drop(file.keys.pop())).contains("9 keys"));
}
