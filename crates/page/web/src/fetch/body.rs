use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::request::Transfer;
use crate::JsError;
use crate::promise::step;

/// An answer's bytes as they arrive. Dropping it aborts what has not arrived yet.
#[derive(Debug)]
pub struct Body {
    /// `None` if the answer has no body.
    reader: Option<ReadableStreamDefaultReader>,
    _transfer: Transfer,
}

impl Body {
    pub(super) fn new(stream: Option<ReadableStream>, transfer: Transfer) -> Self {
        Self { reader: stream.map(|stream| stream.get_reader().unchecked_into()), _transfer: transfer }
    }

    /// The next piece, of any length; `None` after the last one.
    ///
    /// # Errors
    /// If the connection breaks.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, JsError> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let Some(piece) = step(reader.read()).await? else { return Ok(None) };
        Ok(Some(piece.dyn_into::<Uint8Array>()?.to_vec()))
    }
}
