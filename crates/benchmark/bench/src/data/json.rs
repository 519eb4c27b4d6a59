use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::Question;
use crate::tsv::RowError;
use crate::tsv::row::{self, MAX_TEXT_BYTES};

/// One line of a JSON lines file: the columns of a row by name.
#[derive(Debug, Default)]
pub(crate) struct JsonRow<'a> {
    texts: Vec<(String, Cow<'a, str>)>,
}

impl<'a> JsonRow<'a> {
    /// Reads a line. The image in it is only copied if it contains an escape.
    pub(crate) fn read(line: &'a [u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|error| error.to_string())
    }

    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| name == column).map(|(_, text)| &**text)
    }

    pub(crate) fn image(&self) -> Option<&str> {
        self.text("image")
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.text(column).is_some()
    }

    pub(crate) fn question(&self) -> Result<Question, RowError> {
        row::question(|column| match self.text(column) {
            Some(text) if text.len() > MAX_TEXT_BYTES => {
                Err(RowError::TooLong { column: column.to_owned(), max_bytes: MAX_TEXT_BYTES })
            }
            text => Ok(text),
        })
    }
}

impl<'de> Deserialize<'de> for JsonRow<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = JsonRow<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonRow<'de>, A::Error> {
        let mut texts = Vec::new();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            let name = row::column_name(&key);
            if !row::is_text(&name) && name != "image" && name != "image_path" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let Value(value) =
                map.next_value().map_err(|error| A::Error::custom(format!("{name}: {error}")))?;
            if let Some(text) = value {
                texts.push((name, text));
            }
        }
        Ok(JsonRow { texts })
    }
}

/// A text, a number as it is written, or nothing.
struct Value<'a>(Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value(None))
    }
}
