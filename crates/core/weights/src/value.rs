use candle_core::quantized::gguf_file::Value;

/// The key that moves the beginning of the tensor data.
pub(crate) const ALIGNMENT_KEY: &str = "general.alignment";

/// How a metadata value is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    /// `integer` is `Some(signed)`, or `None` for floating point.
    Number {
        n_bytes: u64,
        integer: Option<bool>,
    },
    Bool,
    String,
    Array,
}

impl ValueType {
    /// From the number in a file (`enum gguf_type` in gguf.h).
    pub(crate) fn from_id(id: u32) -> Option<Self> {
        let number = |n_bytes, integer| Some(Self::Number { n_bytes, integer });
        match id {
            0 => number(1, Some(false)),
            1 => number(1, Some(true)),
            2 => number(2, Some(false)),
            3 => number(2, Some(true)),
            4 => number(4, Some(false)),
            5 => number(4, Some(true)),
            6 => number(4, None),
            7 => Some(Self::Bool),
            8 => Some(Self::String),
            9 => Some(Self::Array),
            10 => number(8, Some(false)),
            11 => number(8, Some(true)),
            12 => number(8, None),
            _ => None,
        }
    }

    /// Bytes of a number or truth value; the fewest bytes of a string or array.
    pub(crate) fn min_bytes(self) -> u64 {
        match self {
            Self::Number { n_bytes, .. } => n_bytes,
            Self::Bool => 1,
            Self::String => 8,
            Self::Array => 4 + 8,
        }
    }
}

/// An integer of any width.
pub(crate) fn integer(value: &Value) -> Option<i128> {
    Some(match *value {
        Value::U8(v) => v.into(),
        Value::I8(v) => v.into(),
        Value::U16(v) => v.into(),
        Value::I16(v) => v.into(),
        Value::U32(v) => v.into(),
        Value::I32(v) => v.into(),
        Value::U64(v) => v.into(),
        Value::I64(v) => v.into(),
        Value::F32(_) | Value::F64(_) | Value::Bool(_) | Value::String(_) | Value::Array(_) => return None,
    })
}

/// A floating-point number, in single precision.
pub(crate) fn float(value: &Value) -> Option<f32> {
    match *value {
        Value::F32(v) => Some(v),
        Value::F64(v) => Some(v as f32),
        _ => None,
    }
}

/// The value for a person: strings in quotes, long strings and arrays shortened with their length.
pub(crate) fn display(value: &Value) -> String {
    const MAX_CHARS: usize = 120;
    const MAX_ELEMENTS: usize = 6;
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
        Value::String(text) => {
            let n_chars = text.chars().count();
            if n_chars <= MAX_CHARS {
                return format!("{text:?}");
            }
            let opening: String = text.chars().take(MAX_CHARS).collect();
            format!("{opening:?}… ({n_chars} characters)")
        }
        Value::Array(elements) => {
            let opening: Vec<String> = elements.iter().take(MAX_ELEMENTS).map(display).collect();
            let opening = opening.join(", ");
            if elements.len() <= MAX_ELEMENTS {
                return format!("[{opening}]");
            }
            format!("[{opening}, … ({} elements)]", elements.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shortened() {
        let numbers = |n: i32| Value::Array((0..n).map(Value::I32).collect());
        assert_eq!(display(&numbers(3)), "[0, 1, 2]");
        assert_eq!(display(&numbers(1000)), "[0, 1, 2, 3, 4, 5, … (1000 elements)]");
        assert_eq!(display(&Value::String("a\nb".to_owned())), r#""a\nb""#);
        let long = display(&Value::String("é".repeat(500)));
        assert!(long.ends_with("é\"… (500 characters)"), "{long}");
        assert_eq!(long.chars().filter(|&c| c == 'é').count(), 120);
    }
}
