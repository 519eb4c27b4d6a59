use std::ops::Range;

use download::ShelfError;
use weights::HeaderReader;

/// Whether a GGUF file of this length holds every tensor that its header names.
pub(crate) fn judge(
    n_bytes: u64,
    read: &mut dyn FnMut(Range<u64>) -> Result<Vec<u8>, ShelfError>,
) -> Result<(), String> {
    let mut header = HeaderReader::new(n_bytes);
    loop {
        let bytes = read(header.want()).map_err(|error| error.to_string())?;
        if header.feed(&bytes).map_err(|error| error.to_string())?.is_some() {
            return Ok(());
        }
    }
}
