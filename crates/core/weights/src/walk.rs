//! The one pass over a header. Every length is checked before it is used.
//!
//! ```text
//! "GGUF"  version u32  n_tensors u64  n_keys u64
//! n_keys    x  key string, type u32, value
//! n_tensors x  name string, n_dimensions u32, lengths u64.. (innermost first), type u32, offset u64
//! padding to general.alignment, then the tensor data; offsets count from its beginning
//!
//! string  length u64, bytes           array  type u32, length u64, elements
//! ```

use std::collections::HashMap;
use std::fmt::Display;

use tensor::Dtype;

use crate::GgufError;
use crate::cursor::{Cursor, HeaderError, check_limit};
use crate::error::shown;
use crate::limits::{
    MAX_ARRAY_DEPTH, MAX_ARRAY_ELEMENTS, MAX_DIMENSIONS, MAX_KEYS, MAX_NAME_BYTES, MAX_STRING_BYTES,
    MAX_TENSORS,
};
use crate::look_alike::not_gguf;
use crate::value::{Array, Scalar, Strings, Value, ValueType, display, integer, text};

/// The key that sets the alignment of the tensor data.
const ALIGNMENT_KEY: &str = "general.alignment";
/// Alignment of the tensor data if a file states none (the GGUF specification).
const DEFAULT_ALIGNMENT: u64 = 32;

/// What a header says, each part checked on its own.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) version: u32,
    /// In file order.
    pub(crate) keys: Vec<String>,
    pub(crate) metadata: HashMap<String, Value>,
    /// In file order.
    pub(crate) tensors: Vec<DescribedTensor>,
    /// Name to place in `tensors`.
    pub(crate) places: HashMap<String, usize>,
    pub(crate) alignment: u64,
    /// Bytes of the header without the padding.
    pub(crate) n_bytes: u64,
}

/// A tensor as the header describes it.
#[derive(Debug)]
pub(crate) struct DescribedTensor {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    /// Outermost first.
    pub(crate) shape: Vec<usize>,
    /// From the beginning of the tensor data.
    pub(crate) offset: u64,
}

/// Reads the header from a prefix of a file of `file_len` bytes.
///
/// # Errors
/// [`HeaderError::NeedsPrefix`] if the header is longer than the prefix, [`HeaderError::Malformed`] if no prefix would
/// do.
pub(crate) fn walk(prefix: &[u8], file_len: u64) -> Result<Header, HeaderError> {
    let mut cursor = Cursor::new(prefix, file_len);
    let version = version(&mut cursor, prefix)?;

    let n_tensors = cursor.u64("the number of tensors")?;
    check_limit(n_tensors, MAX_TENSORS, "the number of tensors")?;
    let n_keys = cursor.u64("the number of keys")?;
    check_limit(n_keys, MAX_KEYS, "the number of keys")?;
    // The shortest key: length, no character, type, one byte. The shortest tensor: length, no character, one dimension.
    let shortest = n_keys * (8 + 4 + 1) + n_tensors * (8 + 4 + 8 + 4 + 8);
    cursor.check_fits(shortest, format_args!("a header of {n_keys} keys and {n_tensors} tensors"))?;

    let mut alignment = DEFAULT_ALIGNMENT;
    let mut n_elements = 0;
    let mut keys = Vec::new();
    let mut metadata = HashMap::new();
    for index in 0..n_keys {
        let key = cursor.name(MAX_NAME_BYTES, format_args!("key {} of {n_keys}", index + 1))?;
        let name = shown(key);
        if metadata.contains_key(key) {
            return Err(GgufError::DuplicateKey { key: name }.into());
        }
        let value_type = value_type(&mut cursor, &name)?;
        let mut values = Values { cursor: &mut cursor, key: &name, n_elements: &mut n_elements };
        let value = values.value(value_type, 0)?;
        if key == ALIGNMENT_KEY {
            alignment = stated_alignment(&value)?;
        }
        keys.push(key.to_owned());
        metadata.insert(key.to_owned(), value);
    }

    let mut tensors = Vec::new();
    let mut places = HashMap::new();
    for index in 0..n_tensors {
        let name =
            cursor.name(MAX_NAME_BYTES, format_args!("the name of tensor {} of {n_tensors}", index + 1))?;
        if places.insert(name.to_owned(), tensors.len()).is_some() {
            return Err(GgufError::DuplicateTensor { name: shown(name) }.into());
        }
        tensors.push(tensor(&mut cursor, name)?);
    }
    Ok(Header { version, keys, metadata, tensors, places, alignment, n_bytes: cursor.position() })
}

/// Magic and version.
fn version(cursor: &mut Cursor, prefix: &[u8]) -> Result<u32, HeaderError> {
    const MAGIC: &[u8] = b"GGUF";
    // Said even of a file of three bytes: "not GGUF" helps more than "truncated".
    if !prefix.iter().zip(MAGIC).all(|(a, b)| a == b) {
        return Err(not_gguf(prefix).into());
    }
    cursor.bytes(MAGIC.len() as u64, "the beginning of a GGUF file")?;
    match cursor.u32("the version")? {
        version @ (2 | 3) => Ok(version),
        // A small number read in the wrong byte order.
        found if found.swap_bytes() < 1 << 16 && found >= 1 << 16 => {
            Err(GgufError::BigEndian { version: found.swap_bytes() }.into())
        }
        found => Err(GgufError::Version { found }.into()),
    }
}

fn value_type(cursor: &mut Cursor, key: &str) -> Result<ValueType, HeaderError> {
    let found = cursor.u32(format_args!("the type of key {key}"))?;
    ValueType::from_id(found).ok_or_else(|| GgufError::ValueType { key: key.to_owned(), found }.into())
}

/// Reads the value of one key.
struct Values<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    /// For messages.
    key: &'c str,
    /// Array elements of the whole header so far.
    n_elements: &'c mut u64,
}

impl<'a> Values<'_, 'a> {
    /// A value within `depth` arrays.
    fn value(&mut self, value_type: ValueType, depth: usize) -> Result<Value, HeaderError> {
        Ok(match value_type {
            ValueType::Scalar(scalar) => scalar.value(self.scalars(scalar, 1)?),
            ValueType::String => Value::String(text(self.string()?)),
            ValueType::Array => Value::Array(self.array(depth + 1)?),
        })
    }

    fn array(&mut self, depth: usize) -> Result<Array, HeaderError> {
        let key = self.key;
        check_limit(
            depth as u64,
            MAX_ARRAY_DEPTH as u64,
            format_args!("the nesting of arrays in key {key}"),
        )?;
        let element_type = value_type(self.cursor, key)?;
        let len = self.cursor.u64(format_args!("the array of key {key}"))?;
        *self.n_elements = self.n_elements.saturating_add(len);
        check_limit(
            *self.n_elements,
            MAX_ARRAY_ELEMENTS,
            format_args!("the number of array elements up to key {key}"),
        )?;
        // Nothing is allocated for an element before it has been read: the length may be wrong.
        let check_fits = |cursor: &Cursor, min_bytes: u64| {
            cursor.check_fits(len * min_bytes, format_args!("the array of {len} elements of key {key}"))
        };
        Ok(match element_type {
            ValueType::Scalar(scalar) => Array::Scalars(scalar, self.scalars(scalar, len)?.into()),
            ValueType::String => {
                check_fits(self.cursor, 8)?;
                let start = self.cursor.position();
                for _ in 0..len {
                    self.string()?;
                }
                Array::Strings(Strings { len: len as usize, bytes: self.cursor.since(start).into() })
            }
            ValueType::Array => {
                check_fits(self.cursor, 4 + 8)?;
                Array::Arrays((0..len).map(|_| self.value(element_type, depth)).collect::<Result<_, _>>()?)
            }
        })
    }

    fn string(&mut self) -> Result<&'a [u8], HeaderError> {
        self.cursor.string(MAX_STRING_BYTES, format_args!("the value of key {}", self.key))
    }

    /// The bytes of `len` scalars in a row.
    fn scalars(&mut self, scalar: Scalar, len: u64) -> Result<&'a [u8], HeaderError> {
        let n_bytes = len.saturating_mul(scalar.n_bytes() as u64);
        let bytes = self.cursor.bytes(n_bytes, format_args!("the value of key {}", self.key))?;
        let wrong = bytes.iter().find(|&&byte| scalar == Scalar::Bool && byte > 1);
        match wrong {
            Some(&found) => Err(GgufError::NotBool { key: self.key.to_owned(), found }.into()),
            None => Ok(bytes),
        }
    }
}

fn stated_alignment(value: &Value) -> Result<u64, GgufError> {
    let Some(found) = integer(value) else {
        let (key, expected) = (shown(ALIGNMENT_KEY), "an integer");
        return Err(GgufError::KeyType { key, expected, found: display(value) });
    };
    match u64::try_from(found) {
        Ok(alignment) if alignment.is_power_of_two() => Ok(alignment),
        _ => Err(GgufError::Alignment { found }),
    }
}

/// Dimensions, type and offset of one tensor, each checked on its own; the index checks how they fit together.
fn tensor(cursor: &mut Cursor, name: &str) -> Result<DescribedTensor, HeaderError> {
    let tensor = shown(name);
    let what: &dyn Display = &format_args!("the description of tensor {tensor}");
    let n_dimensions = cursor.u32(what)?;
    if n_dimensions == 0 || n_dimensions > MAX_DIMENSIONS {
        return Err(GgufError::DimensionCount { tensor, found: n_dimensions }.into());
    }
    let mut lengths = (0..n_dimensions).map(|_| cursor.u64(what)).collect::<Result<Vec<_>, _>>()?;
    lengths.reverse();
    if lengths.contains(&0) {
        return Err(GgufError::EmptyDimension { tensor }.into());
    }
    let shape: Option<Vec<usize>> = lengths.iter().map(|&len| usize::try_from(len).ok()).collect();
    let Some(shape) = shape else {
        return Err(GgufError::TooLarge { tensor, shape: format!("{lengths:?}") }.into());
    };
    let found = cursor.u32(what)?;
    let Some(dtype) = Dtype::from_ggml(found) else {
        return Err(GgufError::TensorType { tensor, found }.into());
    };
    Ok(DescribedTensor { name: name.to_owned(), dtype, shape, offset: cursor.u64(what)? })
}
