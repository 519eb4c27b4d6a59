//! GGUF files taken apart and put together again.

use weights::TensorInfo;

/// Alignment of the tensor data where a file does not state another.
const ALIGNMENT: usize = 32;
/// Numbers of types of values, as `enum gguf_type` has them.
const U16: u32 = 2;
const I32: u32 = 5;

/// A file in parts.
#[derive(Clone)]
pub(crate) struct Container {
    n_keys: u64,
    /// As they stand in the file.
    keys: Vec<u8>,
    tensors: Vec<(TensorInfo, Vec<u8>)>,
}

impl Container {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut reader = weights::HeaderReader::new(bytes.len() as u64);
        let gguf = loop {
            let want = reader.want();
            if let Some(gguf) = reader.feed(&bytes[want.start as usize..want.end as usize]).unwrap() {
                break gguf;
            }
        };
        let n_keys = u64::from_le_bytes(bytes[16..24].try_into().unwrap());
        // The first tensor's name follows the last key, behind its length.
        let name = gguf.tensors()[0].name.as_bytes();
        let end = bytes.windows(name.len()).position(|window| window == name).unwrap() - 8;
        let contents = |info: &TensorInfo| bytes[info.range.start as usize..info.range.end as usize].to_vec();
        let tensors = gguf.tensors().iter().map(|info| (info.clone(), contents(info))).collect();
        Self { n_keys, keys: bytes[24..end].to_vec(), tensors }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend((self.tensors.len() as u64).to_le_bytes());
        bytes.extend(self.n_keys.to_le_bytes());
        bytes.extend(&self.keys);
        let mut offset = 0;
        for (info, contents) in &self.tensors {
            bytes.extend(string(&info.name));
            bytes.extend((info.shape.len() as u32).to_le_bytes());
            bytes.extend(info.shape.iter().rev().flat_map(|len| (*len as u64).to_le_bytes()));
            bytes.extend(info.dtype.ggml_id().to_le_bytes());
            bytes.extend((offset as u64).to_le_bytes());
            offset += contents.len().next_multiple_of(ALIGNMENT);
        }
        for (_, contents) in &self.tensors {
            bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
            bytes.extend(contents);
        }
        bytes
    }

    /// Behind all others a matrix of this many rows of 4 KiB that no model asks for.
    pub(crate) fn with_unread(mut self, n_rows: usize) -> Self {
        let (name, dtype) = ("unread.weight".to_owned(), tensor::Dtype::F32);
        let info = TensorInfo { name, dtype, shape: vec![n_rows, 1024], range: 0..0 };
        self.tensors.push((info, vec![0; n_rows << 12]));
        self
    }

    /// As `gguf-split` would write it: the first part has the metadata, all have some tensors, none may be left over.
    pub(crate) fn split(&self, n_parts: usize) -> Vec<Vec<u8>> {
        let n_each = self.tensors.len().div_ceil(n_parts);
        let part = |number: usize| {
            let (n_keys, keys) = if number == 0 { (self.n_keys, self.keys.clone()) } else { (0, Vec::new()) };
            let tensors = self.tensors.iter().skip(number * n_each).take(n_each).cloned().collect();
            let mut part = Self { n_keys, keys, tensors };
            part.key("split.no", U16, &(number as u16).to_le_bytes());
            part.key("split.count", U16, &(n_parts as u16).to_le_bytes());
            part.key("split.tensors.count", I32, &(self.tensors.len() as i32).to_le_bytes());
            part.bytes()
        };
        (0..n_parts).map(part).collect()
    }

    fn key(&mut self, name: &str, type_id: u32, value: &[u8]) {
        self.n_keys += 1;
        self.keys.extend(string(name));
        self.keys.extend(type_id.to_le_bytes());
        self.keys.extend(value);
    }
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}
