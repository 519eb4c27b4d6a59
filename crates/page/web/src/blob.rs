//! The bytes of a blob, and so of a file that a person chose.

use std::ops::Range;

use js_sys::{ArrayBuffer, Uint8Array};
use web_sys::Blob;

use crate::JsError;
use crate::promise::get;

/// All bytes.
///
/// # Errors
/// [`NotReadable`](crate::ErrorKind::NotReadable) or [`NotFound`](crate::ErrorKind::NotFound) if the file was changed or removed
/// after it was chosen.
pub async fn read_all(blob: &Blob) -> Result<Vec<u8>, JsError> {
    let buffer: ArrayBuffer = get(blob.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// The bytes of `range`, fewer if the blob ends before it.
///
/// # Errors
/// As [`read_all`].
pub async fn read(blob: &Blob, range: Range<u64>) -> Result<Vec<u8>, JsError> {
    read_all(&blob.slice_with_f64_and_f64(range.start as f64, range.end as f64)?).await
}

#[cfg(test)]
mod tests {
    use js_sys::Array;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn a_range_is_read_as_far_as_the_blob_goes() {
        let bytes: Vec<u8> = (0..=255).collect();
        let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(&bytes[..]))).unwrap();
        assert_eq!(read_all(&blob).await.unwrap(), bytes);
        assert_eq!(read(&blob, 3..7).await.unwrap(), [3, 4, 5, 6]);
        assert_eq!(read(&blob, 250..300).await.unwrap(), &bytes[250..]);
        assert_eq!(read(&blob, 300..310).await.unwrap(), [0; 0]);
    }
}
