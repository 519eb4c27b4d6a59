//! The models and images of the tests, and ways to damage them.

use std::path::{Path, PathBuf};

use engine::MemorySource;

/// A path inside the checkout.
pub(crate) fn checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path)
}

pub(crate) fn read(path: &str) -> Vec<u8> {
    std::fs::read(checkout(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A GGUF pair.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) text: Vec<u8>,
    pub(crate) vision: Vec<u8>,
}

impl Pair {
    /// Random weights, tied head.
    pub(crate) fn tied() -> Self {
        Self::read("tests/golden/model/tied/text.gguf", "tests/golden/model/tied/mmproj.gguf")
    }

    /// Other random weights, with a head of its own.
    pub(crate) fn untied() -> Self {
        Self::read("tests/golden/model/untied/text.gguf", "tests/golden/model/untied/mmproj.gguf")
    }

    /// The model that comes with the page.
    pub(crate) fn bundled() -> Self {
        Self::read("web/models/phantom/text.gguf", "web/models/phantom/mmproj.gguf")
    }

    fn read(text: &str, vision: &str) -> Self {
        Self { text: read(text), vision: read(vision) }
    }

    pub(crate) fn sources(self) -> Vec<MemorySource> {
        vec![text(self.text), vision(self.vision)]
    }
}

pub(crate) fn text(bytes: Vec<u8>) -> MemorySource {
    MemorySource::new("text.gguf", bytes)
}

pub(crate) fn vision(bytes: Vec<u8>) -> MemorySource {
    MemorySource::new("mmproj.gguf", bytes)
}

/// Where `needle` first stands in a file.
fn find(bytes: &[u8], needle: &str) -> usize {
    let found = bytes.windows(needle.len()).position(|w| w == needle.as_bytes());
    found.unwrap_or_else(|| panic!("{needle} is not in the file"))
}

/// Writes other text of the same length over the first `old`.
pub(crate) fn rename(bytes: &mut [u8], old: &str, new: &str) {
    assert_eq!(old.len(), new.len());
    let at = find(bytes, old);
    bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
}

/// Changes the u32 (or i32, or f32 by its bits) that a key holds.
pub(crate) fn set_u32(bytes: &mut [u8], key: &str, value: u32) {
    // Behind the key stand four bytes of type, then the value.
    let at = find(bytes, key) + key.len() + 4;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// Makes a matrix longer: its rows move behind all others, and rows of zeros follow them.
pub(crate) fn lengthen(bytes: &mut Vec<u8>, tensor: &str, n_rows: usize) {
    let mut reader = weights::HeaderReader::new(bytes.len() as u64);
    let gguf = loop {
        let want = reader.want();
        if let Some(gguf) = reader.feed(&bytes[want.start as usize..want.end as usize]).unwrap() {
            break gguf;
        }
    };
    let info = gguf.tensor(tensor).unwrap();
    let row_bytes = info.n_bytes() as usize / info.shape[0];
    // Behind the name stand the number of dimensions (4 bytes), columns and rows (16), the type (4) and the offset.
    let at = find(bytes, tensor) + tensor.len() + 24;
    let offset = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let data_start = info.range.start - offset;
    let rows = bytes[info.range.start as usize..info.range.end as usize].to_vec();
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    let moved = bytes.len() as u64 - data_start;
    bytes[at..at + 8].copy_from_slice(&moved.to_le_bytes());
    bytes.extend(rows);
    bytes.resize((data_start + moved) as usize + n_rows * row_bytes, 0);
    set_rows(bytes, tensor, n_rows as u64);
}

/// Changes the number of rows of a matrix in the header.
pub(crate) fn set_rows(bytes: &mut [u8], tensor: &str, rows: u64) {
    // Behind the name stand the number of dimensions (4 bytes), the columns (8 bytes) and the rows.
    let at = find(bytes, tensor) + tensor.len() + 12;
    bytes[at..at + 8].copy_from_slice(&rows.to_le_bytes());
}

/// A grey BMP file.
pub(crate) fn bmp(width_px: u32, height_px: u32) -> Vec<u8> {
    bmp_of(width_px, height_px, &[0x80, 0x80, 0x80, 0xff].repeat((width_px * height_px) as usize))
}

/// A BMP file of these RGBA values, row by row.
pub(crate) fn bmp_of(width_px: u32, height_px: u32, rgba: &[u8]) -> Vec<u8> {
    let row_len = (3 * width_px).next_multiple_of(4);
    let n_bytes = 54 + row_len * height_px;
    let mut bytes = b"BM".to_vec();
    for word in [n_bytes, 0, 54, 40, width_px, height_px, 24 << 16 | 1, 0, 0, 0, 0, 0, 0] {
        bytes.extend(word.to_le_bytes());
    }
    // The last row comes first, each pixel is blue, green, red, and a row ends at a multiple of four bytes.
    for row in rgba.chunks_exact(4 * width_px as usize).rev() {
        let begun = bytes.len();
        bytes.extend(row.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]));
        bytes.resize(begun + row_len as usize, 0);
    }
    bytes
}
