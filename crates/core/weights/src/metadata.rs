use candle_core::quantized::gguf_file::Value;

use crate::error::shown;
use crate::value::{display, float, integer};
use crate::{Gguf, GgufError};

/// Two readers of one kind of value: the key is needed, or it may be absent.
macro_rules! readers {
    ($($name:ident, $opt_name:ident: $type:ty, $expected:literal, $read:expr;)*) => {
        /// Metadata by key. Each kind of value has two readers: `u32` and its like for a key that is needed, whose
        /// absence is [`GgufError::MissingKey`], and `opt_u32` and its like, whose absence is `None`. A value of
        /// another kind, or an integer out of range, is [`GgufError::KeyType`] in both.
        impl Gguf {$(
            #[doc = concat!("The value of `key`: ", $expected, ".")]
            ///
            /// # Errors
            /// [`GgufError::MissingKey`], [`GgufError::KeyType`].
            pub fn $name(&self, key: &str) -> Result<$type, GgufError> {
                self.$opt_name(key)?.ok_or_else(|| GgufError::MissingKey { key: shown(key) })
            }

            #[doc = concat!("The value of `key`, if the file has it: ", $expected, ".")]
            ///
            /// # Errors
            /// [`GgufError::KeyType`].
            pub fn $opt_name(&self, key: &str) -> Result<Option<$type>, GgufError> {
                self.read(key, $expected, $read)
            }
        )*}
    };
}

readers! {
    u32, opt_u32: u32, "an integer from 0 to 4294967295", |value| u32::try_from(integer(value)?).ok();
    f32, opt_f32: f32, "a floating-point number", float;
    bool, opt_bool: bool, "a truth value", |value| match value { Value::Bool(v) => Some(*v), _ => None };
    str, opt_str: &str, "a string", |value| match value { Value::String(v) => Some(v.as_str()), _ => None };
    strings, opt_strings: Vec<String>, "an array of strings", |value| elements(value, |element| match element {
        Value::String(v) => Some(v.clone()),
        _ => None,
    });
    i32s, opt_i32s: Vec<i32>, "an array of 32-bit integers", |value| elements(value, |element| {
        i32::try_from(integer(element)?).ok()
    });
    f32s, opt_f32s: Vec<f32>, "an array of floating-point numbers", |value| elements(value, float);
}

impl Gguf {
    /// What kind of model the file holds, such as `qwen2vl` or `clip`.
    ///
    /// # Errors
    /// [`GgufError::MissingKey`], [`GgufError::KeyType`].
    pub fn architecture(&self) -> Result<&str, GgufError> {
        self.str("general.architecture")
    }

    fn read<'a, T>(
        &'a self,
        key: &str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, GgufError> {
        let Some(value) = self.metadata.get(key) else { return Ok(None) };
        match read(value) {
            Some(value) => Ok(Some(value)),
            None => Err(GgufError::KeyType { key: shown(key), expected, found: display(value) }),
        }
    }
}

/// An array whose elements are all of one kind.
fn elements<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Array(elements) => elements.iter().map(read).collect(),
        _ => None,
    }
}
