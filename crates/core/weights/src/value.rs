use std::borrow::Cow;

/// How a metadata value is stored (`enum gguf_type` in gguf.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    Scalar(Scalar),
    String,
    Array,
}

/// A value of a fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Unsigned { n_bytes: usize },
    Signed { n_bytes: usize },
    F32,
    F64,
    Bool,
}

impl ValueType {
    /// From the number in a file.
    pub(crate) fn from_id(id: u32) -> Option<Self> {
        let unsigned = |n_bytes| Self::Scalar(Scalar::Unsigned { n_bytes });
        let signed = |n_bytes| Self::Scalar(Scalar::Signed { n_bytes });
        Some(match id {
            0 => unsigned(1),
            1 => signed(1),
            2 => unsigned(2),
            3 => signed(2),
            4 => unsigned(4),
            5 => signed(4),
            6 => Self::Scalar(Scalar::F32),
            7 => Self::Scalar(Scalar::Bool),
            8 => Self::String,
            9 => Self::Array,
            10 => unsigned(8),
            11 => signed(8),
            12 => Self::Scalar(Scalar::F64),
            _ => return None,
        })
    }
}

impl Scalar {
    /// Length in the file.
    pub(crate) fn n_bytes(self) -> usize {
        match self {
            Self::Unsigned { n_bytes } | Self::Signed { n_bytes } => n_bytes,
            Self::F32 => 4,
            Self::F64 => 8,
            Self::Bool => 1,
        }
    }

    /// The value of [`n_bytes`](Self::n_bytes) bytes.
    pub(crate) fn value(self, bytes: &[u8]) -> Value {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let bits = u64::from_le_bytes(wide);
        match self {
            Self::Unsigned { .. } => Value::Unsigned(bits),
            Self::Signed { n_bytes } => {
                let n_unused_bits = 64 - 8 * n_bytes;
                Value::Signed((bits << n_unused_bits) as i64 >> n_unused_bits)
            }
            Self::F32 => Value::F32(f32::from_bits(bits as u32)),
            Self::F64 => Value::F64(f64::from_bits(bits)),
            Self::Bool => Value::Bool(bits != 0),
        }
    }
}

/// A metadata value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Unsigned(u64),
    Signed(i64),
    F32(f32),
    F64(f64),
    Bool(bool),
    String(String),
    Array(Array),
}

// `MAX_ARRAY_ELEMENTS` is chosen for this size: arrays in arrays take one value each.
const _: () = assert!(size_of::<Value>() <= 40);

/// The elements of an array, as compact as in the file: a vocabulary has 150,000 strings, and an allocation for each
/// would take longer than the rest of the header and three times the memory.
#[derive(Clone, Debug)]
pub(crate) enum Array {
    /// The bytes of the file.
    Scalars(Scalar, Box<[u8]>),
    Strings(Strings),
    Arrays(Box<[Value]>),
}

impl Array {
    fn len(&self) -> usize {
        match self {
            Self::Scalars(scalar, bytes) => bytes.len() / scalar.n_bytes(),
            Self::Strings(strings) => strings.len,
            Self::Arrays(arrays) => arrays.len(),
        }
    }

    pub(crate) fn elements(&self) -> Box<dyn Iterator<Item = Cow<'_, Value>> + '_> {
        match self {
            Self::Scalars(scalar, bytes) => {
                Box::new(bytes.chunks_exact(scalar.n_bytes()).map(|bytes| Cow::Owned(scalar.value(bytes))))
            }
            Self::Strings(strings) => Box::new(strings.iter().map(|text| Cow::Owned(Value::String(text)))),
            Self::Arrays(arrays) => Box::new(arrays.iter().map(Cow::Borrowed)),
        }
    }
}

/// Strings.
#[derive(Clone, Debug)]
pub(crate) struct Strings {
    pub(crate) len: usize,
    /// As in the file: the length of each string, then its bytes.
    pub(crate) bytes: Box<[u8]>,
}

impl Strings {
    fn iter(&self) -> impl Iterator<Item = String> {
        let mut rest = &*self.bytes;
        std::iter::from_fn(move || {
            let (len, after) = rest.split_first_chunk()?;
            let (string, after) = after.split_at_checked(u64::from_le_bytes(*len) as usize)?;
            rest = after;
            Some(text(string))
        })
    }
}

/// Text from a file. Some writers end it with zero bytes, which are cut off. Bytes that are not UTF-8 become
/// U+FFFD: vocabularies hold them.
pub(crate) fn text(bytes: &[u8]) -> String {
    let n_zeros = bytes.iter().rev().take_while(|&&byte| byte == 0).count();
    String::from_utf8_lossy(&bytes[..bytes.len() - n_zeros]).into_owned()
}

/// An integer of any width.
pub(crate) fn integer(value: &Value) -> Option<i128> {
    match *value {
        Value::Unsigned(v) => Some(v.into()),
        Value::Signed(v) => Some(v.into()),
        _ => None,
    }
}

/// A floating-point number, in single precision.
pub(crate) fn float(value: &Value) -> Option<f32> {
    match *value {
        Value::F32(v) => Some(v),
        Value::F64(v) => Some(v as f32),
        _ => None,
    }
}

/// The value for a person: strings in quotes; long strings and arrays are shortened, and their length is given.
pub(crate) fn display(value: &Value) -> String {
    const MAX_CHARS: usize = 120;
    const MAX_ELEMENTS: usize = 6;
    match value {
        Value::Unsigned(v) => v.to_string(),
        Value::Signed(v) => v.to_string(),
        Value::F32(v) => v.to_string(),
        Value::F64(v) => v.to_string(),
        Value::Bool(v) => v.to_string(),
        Value::String(text) => {
            let n_chars = text.chars().count();
            if n_chars <= MAX_CHARS {
                return format!("{text:?}");
            }
            let opening: String = text.chars().take(MAX_CHARS).collect();
            format!("{opening:?}… ({n_chars} characters)")
        }
        Value::Array(array) => {
            let opening: Vec<String> =
                array.elements().take(MAX_ELEMENTS).map(|element| display(&element)).collect();
            let opening = opening.join(", ");
            if array.len() <= MAX_ELEMENTS {
                return format!("[{opening}]");
            }
            format!("[{opening}, … ({} elements)]", array.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shortened() {
        let numbers = |n: i32| {
            let bytes: Vec<u8> = (0..n).flat_map(i32::to_le_bytes).collect();
            Value::Array(Array::Scalars(Scalar::Signed { n_bytes: 4 }, bytes.into()))
        };
        assert_eq!(display(&numbers(3)), "[0, 1, 2]");
        assert_eq!(display(&numbers(1000)), "[0, 1, 2, 3, 4, 5, … (1000 elements)]");
        assert_eq!(display(&Value::String("a\nb".to_owned())), r#""a\nb""#);
        let long = display(&Value::String("é".repeat(500)));
        assert!(long.ends_with("é\"… (500 characters)"), "{long}");
        assert_eq!(long.chars().filter(|&c| c == 'é').count(), 120);
    }
}
