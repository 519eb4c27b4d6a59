//! A writer of small GGUF files, and a reader loop; it writes anything, also nonsense.

use weights::{Gguf, GgufError, HeaderReader};

/// A metadata value: the number of its type and its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) type_id: u32,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn string_bytes(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text].concat()
}

pub(crate) fn u32_value(v: u32) -> Value {
    Value { type_id: 4, bytes: v.to_le_bytes().to_vec() }
}

pub(crate) fn f32_value(v: f32) -> Value {
    Value { type_id: 6, bytes: v.to_le_bytes().to_vec() }
}

pub(crate) fn bool_value(v: bool) -> Value {
    Value { type_id: 7, bytes: vec![v.into()] }
}

pub(crate) fn str_value(v: &str) -> Value {
    Value { type_id: 8, bytes: string_bytes(v.as_bytes()) }
}

/// Element type, length, and the elements' bytes.
pub(crate) fn array_value(element_type: u32, len: u64, elements: &[u8]) -> Value {
    Value { type_id: 9, bytes: [&element_type.to_le_bytes()[..], &len.to_le_bytes(), elements].concat() }
}

pub(crate) fn strings_value(texts: &[&str]) -> Value {
    let elements: Vec<u8> = texts.iter().flat_map(|text| string_bytes(text.as_bytes())).collect();
    array_value(8, texts.len() as u64, &elements)
}

pub(crate) fn i32s_value(numbers: &[i32]) -> Value {
    let elements: Vec<u8> = numbers.iter().flat_map(|v| v.to_le_bytes()).collect();
    array_value(5, numbers.len() as u64, &elements)
}

#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) name: Vec<u8>,
    /// Innermost first, as GGUF has it.
    pub(crate) ne: Vec<u64>,
    pub(crate) type_id: u32,
    pub(crate) offset: u64,
}

/// A whole file; the tensor data are zeros.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) version: u32,
    /// If they differ from the true ones.
    pub(crate) n_tensors: Option<u64>,
    pub(crate) n_keys: Option<u64>,
    pub(crate) keys: Vec<(Vec<u8>, Value)>,
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) alignment: u64,
    pub(crate) data_bytes: u64,
}

impl Default for File {
    fn default() -> Self {
        Self {
            version: 3,
            n_tensors: None,
            n_keys: None,
            keys: Vec::new(),
            tensors: Vec::new(),
            alignment: 32,
            data_bytes: 0,
        }
    }
}

impl File {
    /// A little of everything: scalars, strings, arrays, four types of weights, one to four dimensions.
    pub(crate) fn small() -> Self {
        let nested = [&4u32.to_le_bytes()[..], &1u64.to_le_bytes(), &7u32.to_le_bytes()].concat();
        Self::default()
            .key("general.architecture", str_value("qwen2vl"))
            .key("general.alignment", u32_value(32))
            .key("general.file_type", u32_value(15))
            .key("qwen2vl.block_count", Value { type_id: 10, bytes: 2u64.to_le_bytes().to_vec() })
            .key("qwen2vl.epsilon", f32_value(1e-6))
            .key("clip.has_vision_encoder", bool_value(true))
            .key("qwen2vl.rope.dimension_sections", i32s_value(&[16, 24, 24, 0]))
            .key("tokenizer.ggml.tokens", strings_value(&["!", "\"", "é"]))
            .key("flags", array_value(7, 2, &[1, 0]))
            .key("nested", array_value(9, 1, &nested))
            .tensor("token_embd.weight", &[256, 3], 12) // Q4_K: 3 x 144 = 432 bytes, padded to 448
            .tensor("blk.0.norm.weight", &[5], 0) // F32: 20, padded to 32
            .tensor("v.patch_embd.weight", &[2, 2, 3, 4], 1) // F16: 96
            .tensor("output.weight", &[32, 2], 8) // Q8_0: 68, the end of the file
    }

    pub(crate) fn key(mut self, key: &str, value: Value) -> Self {
        self.keys.push((key.as_bytes().to_vec(), value));
        self
    }

    /// A tensor after those before it.
    pub(crate) fn tensor(mut self, name: &str, ne: &[u64], type_id: u32) -> Self {
        let dtype = tensor::Dtype::from_ggml(type_id).unwrap();
        let n_elements = ne.iter().product::<u64>() as usize;
        let offset = self.data_bytes.next_multiple_of(self.alignment);
        self.data_bytes = offset + dtype.n_bytes(n_elements).unwrap() as u64;
        self.tensors.push(Tensor { name: name.as_bytes().to_vec(), ne: ne.to_vec(), type_id, offset });
        self
    }

    pub(crate) fn header(&self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(self.n_tensors.unwrap_or(self.tensors.len() as u64).to_le_bytes());
        bytes.extend(self.n_keys.unwrap_or(self.keys.len() as u64).to_le_bytes());
        for (key, value) in &self.keys {
            bytes.extend(string_bytes(key));
            bytes.extend(value.type_id.to_le_bytes());
            bytes.extend(&value.bytes);
        }
        for tensor in &self.tensors {
            bytes.extend(string_bytes(&tensor.name));
            bytes.extend((tensor.ne.len() as u32).to_le_bytes());
            bytes.extend(tensor.ne.iter().flat_map(|len| len.to_le_bytes()));
            bytes.extend(tensor.type_id.to_le_bytes());
            bytes.extend(tensor.offset.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header();
        if !self.tensors.is_empty() {
            bytes.resize(bytes.len().next_multiple_of(self.alignment as usize) + self.data_bytes as usize, 0);
        }
        bytes
    }

    pub(crate) fn open(&self) -> Result<Gguf, GgufError> {
        open(&self.bytes())
    }
}

/// Feeds what the reader wants until it answers.
pub(crate) fn open(file: &[u8]) -> Result<Gguf, GgufError> {
    open_within(file, file.len() as u64)
}

/// The same for the beginning of a file whose rest is not at hand, as long as the header lies in it.
pub(crate) fn open_within(beginning: &[u8], file_len: u64) -> Result<Gguf, GgufError> {
    let mut reader = HeaderReader::new(file_len);
    loop {
        let want = reader.want();
        let end = (want.end as usize).min(beginning.len());
        let start = (want.start as usize).min(end);
        if let Some(gguf) = reader.feed(&beginning[start..end])? {
            return Ok(gguf);
        }
    }
}
