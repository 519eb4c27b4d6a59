//! The GGUF container, version 3, written from front to back: header, keys, tensor index, tensors.

use std::io::Write;

use tensor::Dtype;

use crate::error::{PackError, Result, ensure};

const MAGIC: &[u8; 4] = b"GGUF";
const VERSION: u32 = 3;
/// Every tensor starts at a multiple of this, counted from the start of the data. It is GGUF's default.
const ALIGNMENT: usize = 32;

/// One entry of the metadata.
pub(crate) type Key = (String, Value);

/// A metadata value, of the kinds that a Qwen2-VL pair uses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    U32(u32),
    I32(i32),
    F32(f32),
    Bool(bool),
    String(String),
    I32s(Vec<i32>),
    F32s(Vec<f32>),
    Strings(Vec<String>),
}

// `enum gguf_type` in gguf.h.
const TYPE_U32: u32 = 4;
const TYPE_I32: u32 = 5;
const TYPE_F32: u32 = 6;
const TYPE_BOOL: u32 = 7;
const TYPE_STRING: u32 = 8;
const TYPE_ARRAY: u32 = 9;

/// A tensor's entry in the index.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Outermost dimension first; the file has the reverse order.
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: Dtype,
}

impl Entry {
    fn n_bytes(&self) -> Result<usize> {
        Ok(self.dtype.n_bytes(self.shape.iter().product())?)
    }
}

/// A file whose index is written and whose tensors follow, in the order of the index.
pub(crate) struct Writer<W> {
    out: W,
    /// Bytes and names of the tensors that are not yet written, last first.
    to_come: Vec<(usize, String)>,
    n_written: usize,
}

impl<W: Write> Writer<W> {
    pub(crate) fn start(mut out: W, keys: &[Key], tensors: &[Entry]) -> Result<Self> {
        let mut head = Vec::new();
        head.extend(MAGIC);
        put_u32(&mut head, VERSION);
        put_len(&mut head, tensors.len());
        put_len(&mut head, keys.len());
        for (key, value) in keys {
            put_string(&mut head, key);
            put_value(&mut head, value);
        }
        let mut offset = 0;
        let mut to_come = Vec::new();
        for tensor in tensors {
            put_string(&mut head, &tensor.name);
            put_u32(&mut head, u32::try_from(tensor.shape.len())?);
            for &n in tensor.shape.iter().rev() {
                put_len(&mut head, n);
            }
            put_u32(&mut head, tensor.dtype.ggml_id());
            put_len(&mut head, offset);
            let n_bytes = tensor.n_bytes()?;
            offset += n_bytes.next_multiple_of(ALIGNMENT);
            to_come.push((n_bytes, tensor.name.clone()));
        }
        head.resize(head.len().next_multiple_of(ALIGNMENT), 0);
        out.write_all(&head)?;
        to_come.reverse();
        Ok(Self { out, to_come, n_written: 0 })
    }

    /// Writes more bytes of the current tensor.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes)?;
        self.n_written += bytes.len();
        Ok(())
    }

    /// Ends the current tensor, with padding.
    pub(crate) fn end_tensor(&mut self) -> Result<()> {
        let (expected, name) = self.to_come.pop().unwrap_or_default();
        let found = std::mem::take(&mut self.n_written);
        ensure(found == expected, || PackError::Length { name, found, expected })?;
        self.out.write_all(&[0; ALIGNMENT][..found.next_multiple_of(ALIGNMENT) - found])?;
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<W> {
        let n = self.to_come.len();
        ensure(n == 0, || PackError::Unwritten { n })?;
        Ok(self.out)
    }
}

fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend(value.to_le_bytes());
}

fn put_len(out: &mut Vec<u8>, n: usize) {
    out.extend((n as u64).to_le_bytes());
}

fn put_string(out: &mut Vec<u8>, text: &str) {
    put_len(out, text.len());
    out.extend(text.as_bytes());
}

fn put_array<T>(out: &mut Vec<u8>, element_type: u32, values: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    put_u32(out, TYPE_ARRAY);
    put_u32(out, element_type);
    put_len(out, values.len());
    values.iter().for_each(|value| put(out, value));
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    let scalar = |out: &mut Vec<u8>, kind: u32, bytes: &[u8]| {
        put_u32(out, kind);
        out.extend(bytes);
    };
    match value {
        Value::U32(v) => scalar(out, TYPE_U32, &v.to_le_bytes()),
        Value::I32(v) => scalar(out, TYPE_I32, &v.to_le_bytes()),
        Value::F32(v) => scalar(out, TYPE_F32, &v.to_le_bytes()),
        Value::Bool(v) => scalar(out, TYPE_BOOL, &[u8::from(*v)]),
        Value::String(v) => {
            put_u32(out, TYPE_STRING);
            put_string(out, v);
        }
        Value::I32s(vs) => put_array(out, TYPE_I32, vs, |out, v| out.extend(v.to_le_bytes())),
        Value::F32s(vs) => put_array(out, TYPE_F32, vs, |out, v| out.extend(v.to_le_bytes())),
        Value::Strings(vs) => put_array(out, TYPE_STRING, vs, |out, v| put_string(out, v)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry { name: "a".into(), shape: vec![3, 5], dtype: Dtype::F32 }
    }

    #[test]
    fn a_tensor_that_is_too_short_or_missing_is_an_error() -> Result<()> {
        let mut writer = Writer::start(Vec::new(), &[], &[entry()])?;
        writer.append(&[0; 59])?;
        assert!(writer.end_tensor().is_err_and(|e| e.to_string().contains("59 bytes")));
        assert!(Writer::start(Vec::new(), &[], &[entry()])?.finish().is_err());
        Ok(())
    }

    #[test]
    fn tensors_start_at_multiples_of_32_bytes() -> Result<()> {
        let keys = [("k".to_owned(), Value::Bool(true))];
        let mut writer = Writer::start(Vec::new(), &keys, &[entry(), entry()])?;
        for byte in [1, 2] {
            writer.append(&[byte; 60])?;
            writer.end_tensor()?;
        }
        let bytes = writer.finish()?;
        assert!(bytes.len().is_multiple_of(32));
        let data = &bytes[bytes.len() - 128..];
        assert_eq!((data[0], data[59], data[60], data[64], data[123], data[124]), (1, 1, 0, 2, 2, 0));
        Ok(())
    }
}
