use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::JsValue;

use crate::{ErrorKind, JsError};

/// A property of an object. `None` if it is missing, undefined or null, or if reading it throws: browsers throw for properties that
/// they do not grant.
pub fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A property of this context's `navigator`: `storage`, `locks`, `gpu`.
///
/// # Errors
/// If the browser does not have it or does not grant it.
pub fn navigator(name: &str) -> Result<JsValue, JsError> {
    let found = property(&js_sys::global(), "navigator").and_then(|navigator| property(&navigator, name));
    found.ok_or_else(|| JsError::new(ErrorKind::Other, format!("this browser offers no navigator.{name}")))
}

/// A plain object with these properties.
pub fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        // A new object takes any property.
        drop(Reflect::set(&object, &(*name).into(), value));
    }
    object
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_property_is_read_if_it_is_there() {
        let it = object(&[("name", "a".into()), ("none", JsValue::NULL), ("unset", JsValue::UNDEFINED)]);
        assert_eq!(property(&it, "name"), Some("a".into()));
        for name in ["none", "unset", "missing"] {
            assert_eq!(property(&it, name), None, "{name}");
        }
        // Reading a property of these throws.
        assert_eq!(property(&JsValue::UNDEFINED, "name"), None);
        assert_eq!(property(&JsValue::from_f64(1.0), "name"), None);
    }

    #[wasm_bindgen_test]
    fn a_navigator_without_the_property_is_an_error() {
        assert!(navigator("storage").is_ok());
        let message = navigator("teleporter").unwrap_err().to_string();
        assert_eq!(message, "this browser offers no navigator.teleporter");
    }
}
