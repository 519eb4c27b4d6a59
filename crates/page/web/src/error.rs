use wasm_bindgen::prelude::JsValue;

use crate::property;

/// What the browser threw, or rejected a promise with. It displays as the browser's own message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsError {
    kind: ErrorKind,
    message: String,
}

/// The kinds of error that callers treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no such file or folder.
    NotFound,
    /// The file is open elsewhere.
    InUse,
    /// The storage has no room for more.
    Full,
    /// The file changed after it was chosen, or may no longer be read.
    NotReadable,
    /// The request was withdrawn.
    Aborted,
    /// Anything else.
    Other,
}

impl JsError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl From<&JsValue> for JsError {
    fn from(error: &JsValue) -> Self {
        let text = |field: &str| property(error, field)?.as_string().filter(|text| !text.is_empty());
        let name = text("name");
        // As `DOMException` names its kinds.
        let kind = match name.as_deref() {
            Some("NotFoundError") => ErrorKind::NotFound,
            Some("NoModificationAllowedError") => ErrorKind::InUse,
            Some("QuotaExceededError") => ErrorKind::Full,
            Some("NotReadableError") => ErrorKind::NotReadable,
            Some("AbortError") => ErrorKind::Aborted,
            _ => ErrorKind::Other,
        };
        let message = text("message").or(name).or_else(|| error.as_string());
        Self { kind, message: message.unwrap_or_else(|| format!("{error:?}")) }
    }
}

impl From<JsValue> for JsError {
    fn from(error: JsValue) -> Self {
        Self::from(&error)
    }
}

/// An exception in words: its message, or its name if it has none, or whatever else was thrown.
pub fn describe(error: &JsValue) -> String {
    JsError::from(error).message
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::DomException;

    use super::*;

    #[wasm_bindgen_test]
    fn an_exception_is_described_by_its_message_or_else_by_its_name() {
        let dom = |message: &str, name: &str| -> JsValue {
            DomException::new_with_message_and_name(message, name).unwrap().into()
        };
        assert_eq!(describe(&js_sys::TypeError::new("no such thing")), "no such thing");
        assert_eq!(describe(&dom("it is full", "QuotaExceededError")), "it is full");
        assert_eq!(describe(&dom("", "QuotaExceededError")), "QuotaExceededError");
        assert_eq!(describe(&"thrown text".into()), "thrown text");
        // Whatever else is thrown: there is something to read, and no second exception.
        for odd in [JsValue::UNDEFINED, JsValue::NULL, JsValue::from_f64(7.0), js_sys::Object::new().into()] {
            assert!(!describe(&odd).is_empty(), "{odd:?}");
        }
    }

    #[wasm_bindgen_test]
    fn an_exception_has_the_kind_that_its_name_says() {
        for (name, kind) in [
            ("NotFoundError", ErrorKind::NotFound),
            ("NoModificationAllowedError", ErrorKind::InUse),
            ("QuotaExceededError", ErrorKind::Full),
            ("NotReadableError", ErrorKind::NotReadable),
            ("AbortError", ErrorKind::Aborted),
            ("SecurityError", ErrorKind::Other),
        ] {
            let error: JsValue = DomException::new_with_message_and_name("why", name).unwrap().into();
            assert_eq!(JsError::from(error), JsError::new(kind, "why"), "{name}");
        }
    }
}
