use std::collections::HashMap;

use super::Vocabulary;
use super::alphabet::byte_chars;
use super::vocabulary::is_special;

/// The bytes of every token, back to back.
pub(super) struct TokenBytes {
    bytes: Vec<u8>,
    /// Where each token's bytes end.
    ends: Vec<usize>,
}

impl TokenBytes {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let table: HashMap<char, u8> =
            byte_chars().into_iter().enumerate().map(|(byte, char)| (char, byte as u8)).collect();
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(vocabulary.tokens.len());
        for (_, text, kind) in vocabulary.iter() {
            let start = bytes.len();
            let is_byte_level = !is_special(kind)
                && text.chars().all(|char| {
                    let byte = table.get(&char);
                    bytes.extend(byte);
                    byte.is_some()
                });
            if !is_byte_level {
                bytes.truncate(start);
                bytes.extend_from_slice(text.as_bytes());
            }
            ends.push(bytes.len());
        }
        Self { bytes, ends }
    }

    /// `None` outside the vocabulary.
    pub(super) fn get(&self, id: u32) -> Option<&[u8]> {
        let id = id as usize;
        let end = *self.ends.get(id)?;
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        Some(&self.bytes[start..end])
    }
}
