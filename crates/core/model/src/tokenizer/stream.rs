use super::bytes::TokenBytes;

/// Turns ids into text as they come. A character may be spread over several tokens: its bytes are held back until it
/// is whole.
pub struct DecodeStream<'a> {
    tokens: &'a TokenBytes,
    /// The beginning of a character, at most three bytes between calls.
    pending: Vec<u8>,
}

impl<'a> DecodeStream<'a> {
    pub(super) fn new(tokens: &'a TokenBytes) -> Self {
        Self { tokens, pending: Vec::new() }
    }

    /// The characters that this token completes; often none or several. Bytes that no character begins with become
    /// U+FFFD, as does an id outside the vocabulary.
    pub fn push(&mut self, id: u32) -> String {
        match self.tokens.get(id) {
            Some(bytes) => self.pending.extend_from_slice(bytes),
            None => self.pending.extend_from_slice("\u{FFFD}".as_bytes()),
        }
        let mut text = String::new();
        let mut rest = self.pending.as_slice();
        while let Some(chunk) = rest.utf8_chunks().next() {
            text.push_str(chunk.valid());
            rest = &rest[chunk.valid().len()..];
            if is_unfinished(rest) {
                break;
            }
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                rest = &rest[chunk.invalid().len()..];
            }
        }
        self.pending = rest.to_vec();
        text
    }

    /// What is left when no more tokens come: U+FFFD for a character that was begun, else nothing.
    pub fn finish(&mut self) -> String {
        let rest = std::mem::take(&mut self.pending);
        String::from_utf8_lossy(&rest).into_owned()
    }
}

/// The bytes are the beginning of a character whose other bytes are still to come.
fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}
