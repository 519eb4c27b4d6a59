//! What crosses between page and worker, as JavaScript values.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use protocol::{Command, Event};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;

use crate::host::WorkerHost;

/// A command with what travels beside it.
pub(crate) struct Incoming {
    pub(crate) command: Command,
    pub(crate) bulk: Vec<JsValue>,
}

impl Incoming {
    /// Reads a message of the page. One that is no command is a fault of the page: it is logged and dropped.
    pub(crate) fn read(data: &JsValue, host: &WorkerHost) -> Option<Self> {
        let field = |name: &str| Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED);
        match serde_wasm_bindgen::from_value(field("command")) {
            Ok(command) => Some(Self { command, bulk: Array::from(&field("bulk")).to_vec() }),
            Err(error) => {
                host.log(&format!("a message that is no command: {error}"));
                None
            }
        }
    }
}

/// The first attached buffer.
pub(crate) fn bytes(bulk: &[JsValue]) -> Option<Vec<u8>> {
    let buffer = bulk.first()?.dyn_ref::<ArrayBuffer>()?;
    Some(Uint8Array::new(buffer).to_vec())
}

/// A message to the page, and the list of what it hands over.
pub(crate) fn outgoing(event: &Event, bulk: Option<Vec<u8>>) -> Result<(JsValue, Array), JsValue> {
    let buffers = Array::new();
    if let Some(bytes) = bulk {
        buffers.push(&Uint8Array::from(bytes.as_slice()).buffer());
    }
    let message = Object::new();
    Reflect::set(&message, &"event".into(), &serde_wasm_bindgen::to_value(event)?)?;
    Reflect::set(&message, &"bulk".into(), &buffers)?;
    Ok((message.into(), buffers))
}
