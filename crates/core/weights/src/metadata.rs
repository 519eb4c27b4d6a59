use std::borrow::Cow;

use crate::error::shown;
use crate::value::{Value, display, float, integer};
use crate::{Gguf, GgufError};

/// Two readers for each kind of value: one for a key that must be there, one for a key that may be absent.
macro_rules! readers {
    ($($name:ident, $opt_name:ident: $type:ty, $expected:literal, $read:expr;)*) => {
        /// Metadata by key. Each kind of value has two readers. If the key is missing, `u32` and its like return
        /// [`GgufError::MissingKey`], and `opt_u32` and its like return `None`. A value of another kind, or an integer out
        /// of range, is [`GgufError::KeyType`] in both.
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
    strings, opt_strings: Vec<String>, "an array of strings", |value| elements(value, |element| {
        match element.into_owned() { Value::String(v) => Some(v), _ => None }
    });
    i32s, opt_i32s: Vec<i32>, "an array of 32-bit integers", |value| elements(value, |element| {
        i32::try_from(integer(&element)?).ok()
    });
    f32s, opt_f32s: Vec<f32>, "an array of floating-point numbers", |value| elements(value, |element| float(&element));
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

/// The elements of an array, if `read` takes each of them.
fn elements<T>(value: &Value, read: impl Fn(Cow<'_, Value>) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Array(array) => array.elements().map(read).collect(),
        _ => None,
    }
}
