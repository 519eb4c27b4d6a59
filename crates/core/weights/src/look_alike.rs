use crate::GgufError;

/// Bytes shown of a file that is not GGUF.
const SHOWN_BYTES: usize = 12;

/// The error for a file that does not begin with `GGUF`, with a guess at what it is.
pub(crate) fn not_gguf(prefix: &[u8]) -> GgufError {
    let first = &prefix[..prefix.len().min(SHOWN_BYTES)];
    let hex: Vec<String> = first.iter().map(|byte| format!("{byte:02X}")).collect();
    let text: String =
        first.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { '.' }).collect();
    GgufError::NotGguf { first_bytes: format!("{} ({text})", hex.join(" ")), looks_like: guess(prefix) }
}

fn guess(prefix: &[u8]) -> Option<&'static str> {
    /// Files that people have beside their models, and what servers send instead of a file.
    const MAGICS: [(&[u8], &str); 16] = [
        (b"\x89PNG", "a PNG image"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"BM", "a BMP image"),
        (b"II*\0", "a TIFF image"),
        (b"MM\0*", "a TIFF image"),
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a zip archive or a PyTorch checkpoint"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
        (b"version https://git-lfs", "a Git LFS pointer, which stands for the file until it is downloaded"),
        (b"lmgg", "a model in the format before GGUF (GGML)"),
        (b"fmgg", "a model in the format before GGUF (GGMF)"),
        (b"tjgg", "a model in the format before GGUF (GGJT)"),
        (b"ggla", "a LoRA adapter in the format before GGUF"),
        (b"\x80\x02", "a Python pickle"),
    ];

    if let Some((_, kind)) = MAGICS.iter().find(|(magic, _)| prefix.starts_with(magic)) {
        return Some(kind);
    }
    if prefix.starts_with(b"RIFF") && prefix.get(8..12) == Some(b"WEBP") {
        return Some("a WebP image");
    }
    if prefix.get(128..132) == Some(b"DICM") {
        return Some("a DICOM image");
    }
    // safetensors: the length of a JSON header as u64, then that header.
    if prefix.get(8) == Some(&b'{') && prefix.get(5..8) == Some(&[0; 3]) {
        return Some("a safetensors file, which llama.cpp's converter turns into GGUF");
    }
    let text = prefix.trim_ascii_start();
    let opening = &text[..text.len().min(15)].to_ascii_lowercase();
    if opening.starts_with(b"<!doctype html") || opening.starts_with(b"<html") {
        return Some("an HTML page, so the address may lead to a web page about the model, not to its file");
    }
    if opening.starts_with(b"<?xml") {
        return Some("an XML document, perhaps a server's error message");
    }
    if opening.starts_with(b"{") || opening.starts_with(b"[") {
        return Some("JSON text");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses() {
        let cases: [(&[u8], &str); 8] = [
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "a PNG image"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "a JPEG image"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "a WebP image"),
            (b"PK\x03\x04\0\0", "zip archive"),
            (b"\x40\x01\0\0\0\0\0\0{\"__metadata__\"", "safetensors"),
            (b"\n <!DOCTYPE html><html>", "HTML page"),
            (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
            (b"{\"error\": \"not found\"}", "JSON text"),
        ];
        for (bytes, expected) in cases {
            let kind = guess(bytes).unwrap_or("nothing");
            assert!(kind.contains(expected), "{expected}: taken for {kind}");
        }
        assert_eq!(guess(b"GG"), None);
        assert_eq!(guess(b"\0\0\0\0"), None);
    }

    #[test]
    fn the_message_shows_the_first_bytes() {
        assert_eq!(
            not_gguf(b"\x89PNG\r\n\x1A\n").to_string(),
            "this is not a GGUF file: it begins with 89 50 4E 47 0D 0A 1A 0A (.PNG....), which looks like a PNG image; \
             choose a .gguf model file"
        );
        assert_eq!(
            not_gguf(b"hello").to_string(),
            "this is not a GGUF file: it begins with 68 65 6C 6C 6F (hello); choose a .gguf model file"
        );
    }
}
