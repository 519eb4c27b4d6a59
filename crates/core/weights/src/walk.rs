//! A bounded pass over a header: every length is checked before it is used, and nothing is kept but names.
//!
//! ```text
//! "GGUF"  version u32  n_tensors u64  n_keys u64
//! n_keys    x  key string, type u32, value
//! n_tensors x  name string, n_dimensions u32, lengths u64.. (innermost first), type u32, offset u64
//! padding to general.alignment, then the tensor data, where the offsets count from
//!
//! string  length u64, bytes           array  type u32, length u64, elements
//! ```

use std::collections::HashSet;
use std::fmt::Display;

use tensor::Dtype;

use crate::GgufError;
use crate::cursor::{Cursor, Stop, check_limit};
use crate::error::shown;
use crate::limits::{
    MAX_ARRAY_DEPTH, MAX_ARRAY_ELEMENTS, MAX_DIMENSIONS, MAX_KEYS, MAX_NAME_BYTES, MAX_STRING_BYTES,
    MAX_TENSORS,
};
use crate::look_alike::not_gguf;
use crate::value::{ALIGNMENT_KEY, ValueType};

/// Alignment of the tensor data where a file does not state another (the GGUF specification).
const DEFAULT_ALIGNMENT: u64 = 32;

/// What a walk found: enough to trust the header and to order what candle keeps in hash maps.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) version: u32,
    /// In file order.
    pub(crate) keys: Vec<String>,
    /// Names in file order.
    pub(crate) tensors: Vec<String>,
    pub(crate) alignment: u64,
    /// Bytes of the header without the padding.
    pub(crate) n_bytes: u64,
}

/// Walks over a prefix of a file of `file_len` bytes.
///
/// # Errors
/// [`Stop::NeedsPrefix`] where the header is longer than the prefix, [`Stop::Malformed`] where no prefix would do.
pub(crate) fn walk(prefix: &[u8], file_len: u64) -> Result<Header, Stop> {
    let mut cursor = Cursor::new(prefix, file_len);
    let version = version(&mut cursor, prefix)?;

    let n_tensors = cursor.u64("the number of tensors")?;
    check_limit(n_tensors, MAX_TENSORS, "the number of tensors")?;
    let n_keys = cursor.u64("the number of keys")?;
    check_limit(n_keys, MAX_KEYS, "the number of keys")?;
    // The shortest key: length, no character, type, one byte. The shortest tensor: length, no character, one dimension.
    let shortest = n_keys * (8 + 4 + 1) + n_tensors * (8 + 4 + 8 + 4 + 8);
    cursor.check_fits(shortest, format_args!("a header of {n_keys} keys and {n_tensors} tensors"))?;

    let mut values = Values { alignment: DEFAULT_ALIGNMENT, n_elements: 0 };
    let mut seen = HashSet::new();
    let mut keys = Vec::new();
    for index in 0..n_keys {
        let key = cursor.name(MAX_NAME_BYTES, format_args!("key {} of {n_keys}", index + 1))?;
        if !seen.insert(key) {
            return Err(GgufError::DuplicateKey { key: shown(key) }.into());
        }
        values.pass_one(&mut cursor, key)?;
        keys.push(key.to_owned());
    }

    seen.clear();
    let mut tensors = Vec::new();
    for index in 0..n_tensors {
        let name =
            cursor.name(MAX_NAME_BYTES, format_args!("the name of tensor {} of {n_tensors}", index + 1))?;
        if !seen.insert(name) {
            return Err(GgufError::DuplicateTensor { name: shown(name) }.into());
        }
        pass_tensor(&mut cursor, name)?;
        tensors.push(name.to_owned());
    }
    Ok(Header { version, keys, tensors, alignment: values.alignment, n_bytes: cursor.position() })
}

/// Magic and version.
fn version(cursor: &mut Cursor, prefix: &[u8]) -> Result<u32, Stop> {
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

/// What is remembered from one value to the next.
struct Values {
    alignment: u64,
    n_elements: u64,
}

impl Values {
    fn pass_one(&mut self, cursor: &mut Cursor, key: &str) -> Result<(), Stop> {
        let name = shown(key);
        let value_type = value_type(cursor, &name)?;
        if key == ALIGNMENT_KEY {
            self.alignment = alignment(cursor, value_type)?;
            return Ok(());
        }
        self.pass_value(cursor, &name, value_type, 0)
    }

    fn pass_value(
        &mut self,
        cursor: &mut Cursor,
        key: &str,
        value_type: ValueType,
        depth: usize,
    ) -> Result<(), Stop> {
        match value_type {
            ValueType::String => {
                cursor.string(MAX_STRING_BYTES, format_args!("the value of key {key}"))?;
                Ok(())
            }
            ValueType::Array => self.pass_array(cursor, key, depth + 1),
            ValueType::Bool | ValueType::Number { .. } => pass_scalars(cursor, key, value_type, 1),
        }
    }

    fn pass_array(&mut self, cursor: &mut Cursor, key: &str, depth: usize) -> Result<(), Stop> {
        check_limit(
            depth as u64,
            MAX_ARRAY_DEPTH as u64,
            format_args!("the nesting of arrays in key {key}"),
        )?;
        let element_type = value_type(cursor, key)?;
        let len = cursor.u64(format_args!("the array of key {key}"))?;
        self.n_elements = self.n_elements.saturating_add(len);
        check_limit(
            self.n_elements,
            MAX_ARRAY_ELEMENTS,
            format_args!("the number of array elements up to key {key}"),
        )?;
        match element_type {
            ValueType::Bool | ValueType::Number { .. } => pass_scalars(cursor, key, element_type, len),
            ValueType::String | ValueType::Array => {
                let shortest = len * element_type.min_bytes();
                cursor.check_fits(shortest, format_args!("the array of {len} elements of key {key}"))?;
                (0..len).try_for_each(|_| self.pass_value(cursor, key, element_type, depth))
            }
        }
    }
}

fn value_type(cursor: &mut Cursor, key: &str) -> Result<ValueType, Stop> {
    let found = cursor.u32(format_args!("the type of key {key}"))?;
    ValueType::from_id(found).ok_or_else(|| GgufError::ValueType { key: key.to_owned(), found }.into())
}

/// `len` numbers or truth values in a row.
fn pass_scalars(cursor: &mut Cursor, key: &str, element_type: ValueType, len: u64) -> Result<(), Stop> {
    let n_bytes = len.saturating_mul(element_type.min_bytes());
    let bytes = cursor.bytes(n_bytes, format_args!("the value of key {key}"))?;
    let wrong = bytes.iter().find(|&&byte| element_type == ValueType::Bool && byte > 1);
    match wrong {
        Some(&found) => Err(GgufError::NotBool { key: key.to_owned(), found }.into()),
        None => Ok(()),
    }
}

/// The value of `general.alignment`. candle divides by it, and reads an unexpected kind as the default.
fn alignment(cursor: &mut Cursor, value_type: ValueType) -> Result<u64, Stop> {
    let ValueType::Number { n_bytes, integer: Some(signed) } = value_type else {
        let (key, expected) = (shown(ALIGNMENT_KEY), "an integer");
        return Err(GgufError::KeyType { key, expected, found: "of another kind".to_owned() }.into());
    };
    let bytes = cursor.bytes(n_bytes, ALIGNMENT_KEY)?;
    let negative = signed && bytes.last().is_some_and(|&last| last >= 0x80);
    let mut wide = [if negative { 0xFF } else { 0 }; 16];
    wide[..bytes.len()].copy_from_slice(bytes);
    let found = i128::from_le_bytes(wide);
    match u64::try_from(found) {
        Ok(alignment) if alignment.is_power_of_two() => Ok(alignment),
        _ => Err(GgufError::Alignment { found }.into()),
    }
}

/// Dimensions, type and offset of one tensor, each for itself; how they fit together is for the index.
fn pass_tensor(cursor: &mut Cursor, name: &str) -> Result<(), Stop> {
    let tensor = shown(name);
    let what: &dyn Display = &format_args!("the description of tensor {tensor}");
    let n_dimensions = cursor.u32(what)?;
    if n_dimensions == 0 || n_dimensions > MAX_DIMENSIONS {
        return Err(GgufError::DimensionCount { tensor, found: n_dimensions }.into());
    }
    let mut shape = Vec::new();
    for _ in 0..n_dimensions {
        shape.insert(0, cursor.u64(what)?);
    }
    if shape.contains(&0) {
        return Err(GgufError::EmptyDimension { tensor }.into());
    }
    // candle would cut a length to the machine's word.
    if shape.iter().any(|&len| usize::try_from(len).is_err()) {
        return Err(GgufError::TooLarge { tensor, shape: format!("{shape:?}") }.into());
    }
    let found = cursor.u32(what)?;
    if Dtype::from_ggml(found).is_none() {
        return Err(GgufError::TensorType { tensor, found }.into());
    }
    cursor.u64(what)?;
    Ok(())
}
