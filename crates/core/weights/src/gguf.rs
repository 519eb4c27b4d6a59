use std::collections::HashMap;
use std::ops::Range;

use tensor::Dtype;

use crate::value::{self, Value};

/// Where a tensor is and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// GGUF name, such as `blk.0.attn_q.weight`.
    pub name: String,
    /// How the elements are stored.
    pub dtype: Dtype,
    /// One to four lengths, outermost first: `(rows, columns)` of a matrix. GGUF stores them innermost first.
    pub shape: Vec<usize>,
    /// The bytes of the tensor, counted from the beginning of the file.
    pub range: Range<u64>,
}

impl TensorInfo {
    /// The product of the shape, which was checked when the file was opened.
    pub fn n_elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Bytes in the file.
    pub fn n_bytes(&self) -> u64 {
        self.range.end - self.range.start
    }
}

/// The index of a GGUF file: metadata and tensors, checked against the length of the file.
///
/// A [`HeaderReader`](crate::HeaderReader) makes it. This holds for every index: names are unique; shapes have one to
/// four lengths of at least 1; rows fill whole blocks; ranges lie within the file, do not overlap, and are as long as
/// type and shape say.
#[derive(Clone, Debug)]
pub struct Gguf {
    pub(crate) version: u32,
    /// In file order.
    pub(crate) keys: Vec<String>,
    pub(crate) metadata: HashMap<String, Value>,
    pub(crate) tensors: Vec<TensorInfo>,
    /// Name to place in `tensors`.
    pub(crate) places: HashMap<String, usize>,
}

impl Gguf {
    /// Version of the format: 2 or 3.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Every tensor, in the order of the header.
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// The tensor of this name, if the file has it.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.places.get(name).and_then(|&place| self.tensors.get(place))
    }

    /// The elements of all tensors together.
    pub fn n_parameters(&self) -> u64 {
        self.tensors.iter().map(|tensor| tensor.n_elements() as u64).sum()
    }

    /// Every key in file order with its value for a person; long strings and arrays are shortened.
    pub fn keys(&self) -> impl Iterator<Item = (&str, String)> {
        self.keys.iter().filter_map(|key| Some((key.as_str(), value::display(self.metadata.get(key)?))))
    }
}
