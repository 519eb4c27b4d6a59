use std::ops::Range;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _};
use serde::{Deserialize, Serialize};

use super::ImageError;
use super::json::JsonRow;

/// The place of an image in a data set's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagePlace {
    /// Its bytes in the file.
    pub range: Range<u64>,
    /// What they are.
    pub form: ImageForm,
}

/// What the bytes at an [`ImagePlace`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageForm {
    /// One field of a tab-separated file, with its quotes if it has any.
    Field,
    /// A whole line, a JSON object.
    JsonLine,
}

impl ImagePlace {
    /// Decodes the bytes of the range to those of the image's own file. White space and line breaks are skipped, `=` at the end may
    /// be missing, and `data:image/png;base64,` may come first.
    ///
    /// # Errors
    /// The bytes are not base64.
    pub fn decode(&self, bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
        match self.form {
            ImageForm::Field => decode(unquoted(bytes)),
            ImageForm::JsonLine => {
                let row = JsonRow::read(bytes).map_err(ImageError::Changed)?;
                decode(row.image().ok_or(ImageError::Empty)?.as_bytes())
            }
        }
    }
}

fn unquoted(field: &[u8]) -> &[u8] {
    match field.strip_prefix(b"\"") {
        Some(rest) => rest.strip_suffix(b"\"").unwrap_or(rest),
        None => field,
    }
}

static BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        // Bits after the last whole byte mean nothing, and Python ignores them.
        .with_decode_allow_trailing_bits(true),
);

/// An error shows at most this much of an address.
const MOST_SHOWN_BYTES: usize = 60;

fn decode(field: &[u8]) -> Result<Vec<u8>, ImageError> {
    let text = field.trim_ascii_start();
    let n_before = field.len() - text.len();
    let n_address = n_address_bytes(text)?;
    let text = &text[n_address..];
    if text.trim_ascii().is_empty() {
        return Err(ImageError::Empty);
    }
    let at = n_before + n_address;
    match BASE64.decode(text) {
        Ok(bytes) => Ok(bytes),
        Err(_) if text.iter().any(u8::is_ascii_whitespace) => {
            let dense: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            BASE64.decode(&dense).map_err(|error| located(error, text, at))
        }
        Err(error) => Err(located(error, text, at)),
    }
}

/// The length of the `data:` prefix of the text, 0 if there is none.
fn n_address_bytes(text: &[u8]) -> Result<usize, ImageError> {
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let start = &text[..text.len().min(MOST_SHOWN_BYTES)];
    let refused = || ImageError::Address { found: String::from_utf8_lossy(start).into_owned() };
    if begins(b"http:") || begins(b"https:") {
        return Err(refused());
    }
    if !begins(b"data:") {
        return Ok(0);
    }
    let n = start.iter().position(|&byte| byte == b',').ok_or_else(refused)?;
    if !start[..n].to_ascii_lowercase().ends_with(b";base64") {
        return Err(refused());
    }
    Ok(n + 1)
}

/// The error in terms of the field, in which the text begins after `n_before` bytes.
fn located(error: DecodeError, text: &[u8], n_before: usize) -> ImageError {
    let mut dense = text.iter().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace());
    match error {
        DecodeError::InvalidByte(nth, _) | DecodeError::InvalidLastSymbol(nth, _) => {
            let at = dense.nth(nth).map_or(text.len(), |(at, _)| at);
            let found = String::from_utf8_lossy(&text[at..text.len().min(at + 4)]);
            let found = found.chars().next().map(|c| format!("{c:?}")).unwrap_or_default();
            ImageError::Character { at: n_before + at + 1, found }
        }
        DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => {
            ImageError::Length { n_chars: dense.count() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"\x89PNG\r\n\x1a\n file";

    fn field(text: &str) -> Result<Vec<u8>, ImageError> {
        ImagePlace { range: 0..0, form: ImageForm::Field }.decode(text.as_bytes())
    }

    fn line(text: &str) -> Result<Vec<u8>, ImageError> {
        ImagePlace { range: 0..0, form: ImageForm::JsonLine }.decode(text.as_bytes())
    }

    #[test]
    fn base64_is_read_in_every_way_it_is_written() {
        let whole = base64::engine::general_purpose::STANDARD.encode(FILE);
        assert!(whole.ends_with('='), "{whole}");
        for text in [
            whole.clone(),
            whole.trim_end_matches('=').to_owned(),
            format!("\"{whole}\""),
            format!(" {whole}\n"),
            format!("\"{}\r\n{}\"", &whole[..7], &whole[7..]),
            format!("data:image/png;base64,{whole}"),
            format!("DATA:image/jpeg;BASE64,\n{whole}"),
        ] {
            assert_eq!(field(&text).as_deref(), Ok(FILE), "{text:?}");
        }
        assert_eq!(line(&format!("{{\"Image\": \"{whole}\", \"index\": 3}}")).as_deref(), Ok(FILE));
        let escaped = format!("{{\"image\": \"data:image\\/png;base64,{whole}\\n\"}}");
        assert_eq!(line(&escaped).as_deref(), Ok(FILE));
    }

    #[test]
    fn an_error_names_the_place() {
        let said = |text: &str| field(text).unwrap_err().to_string();
        let expected = "expected letters, digits, + and /, with = only at the end";
        assert_eq!(said("iVB*Rw0K"), format!("the image is not base64: character 4 is '*'; {expected}"));
        assert_eq!(
            said("\"iVBO\nR\u{e9}0K\""),
            format!("the image is not base64: character 7 is 'é'; {expected}")
        );
        assert_eq!(
            said("data:image/png;base64,iVB*Rw0K"),
            format!("the image is not base64: character 26 is '*'; {expected}")
        );
        assert_eq!(said("iV=ORw0K"), format!("the image is not base64: character 3 is '='; {expected}"));
        assert_eq!(
            said("iVBOR"),
            "the image is not base64: 5 characters do not make whole bytes; it may be cut off"
        );
        assert!(said("https://host/x.png").contains("\"https://host/x.png\""));
        assert!(said("data:image/png,abcd").contains("expected base64"));
        assert_eq!(said("data:image/png;base64, "), "the image is empty");
        assert_eq!(said(""), "the image is empty");
    }

    #[test]
    fn a_line_that_changed_is_reported() {
        assert!(matches!(line("\": 5}"), Err(ImageError::Changed(_))));
        assert_eq!(line("{\"index\": 5}"), Err(ImageError::Empty));
    }
}
