/// What the bytes of a file that is not a readable image look like, as a phrase: `a PDF document`.
pub(crate) fn describe(bytes: &[u8]) -> String {
    if let Some(signature) = SIGNATURES.iter().find(|signature| signature.matches(bytes)) {
        return signature.phrase.to_owned();
    }
    match describe_text(bytes) {
        Some(phrase) => phrase.to_owned(),
        None => {
            let start: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
            format!("binary data of an unknown kind (first bytes {})", start.join(" "))
        }
    }
}

struct Signature {
    at: usize,
    bytes: &'static [u8],
    phrase: &'static str,
}

impl Signature {
    const fn new(at: usize, bytes: &'static [u8], phrase: &'static str) -> Self {
        Self { at, bytes, phrase }
    }

    fn matches(&self, file: &[u8]) -> bool {
        file.get(self.at..).is_some_and(|rest| rest.starts_with(self.bytes))
    }
}

/// The first that matches counts.
const SIGNATURES: &[Signature] = &[
    Signature::new(128, b"DICM", "a DICOM file, which is not read yet: export it as PNG"),
    Signature::new(0, b"GGUF", "a GGUF model file: open it as the model, not as an image"),
    Signature::new(0, b"%PDF", "a PDF document"),
    Signature::new(0, b"\x1F\x8B", "a gzip archive"),
    Signature::new(0, b"PK\x03\x04", "a ZIP archive or an office document"),
    Signature::new(0, b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    Signature::new(0, b"Rar!", "a RAR archive"),
    Signature::new(4, b"ftypavif", "an AVIF image"),
    Signature::new(4, b"ftyphei", "a HEIC image"),
    Signature::new(4, b"ftypmif1", "a HEIC image"),
    Signature::new(4, b"ftyp", "an MP4 or QuickTime video"),
    Signature::new(0, b"\0\0\0\x0CjP  ", "a JPEG 2000 image"),
    Signature::new(0, b"\xFF\x4F\xFF\x51", "a JPEG 2000 codestream"),
    Signature::new(0, b"\0\0\0\x0CJXL ", "a JPEG XL image"),
    Signature::new(0, b"\xFF\x0A", "a JPEG XL image"),
    Signature::new(0, b"8BPS", "a Photoshop file"),
    Signature::new(0, b"II+\0", "a BigTIFF image"),
    Signature::new(0, b"MM\0+", "a BigTIFF image"),
    Signature::new(0, b"\0\0\x01\0", "a Windows icon"),
    Signature::new(0, b"qoif", "a QOI image"),
    Signature::new(0, b"\x76\x2F\x31\x01", "an OpenEXR image"),
    Signature::new(0, b"\x89HDF\r\n\x1A\n", "an HDF5 file"),
    Signature::new(344, b"n+1\0", "a NIfTI volume"),
    Signature::new(0, b"\x1A\x45\xDF\xA3", "a WebM or Matroska video"),
    Signature::new(0, b"RIFF", "a RIFF file (sound or video)"),
    Signature::new(0, b"\x7FELF", "a program"),
    Signature::new(0, b"MZ", "a Windows program"),
];

/// How much of the file is examined to call it text.
const TEXT_SAMPLE_BYTES: usize = 4096;

fn describe_text(bytes: &[u8]) -> Option<&'static str> {
    let sample = &bytes[..bytes.len().min(TEXT_SAMPLE_BYTES)];
    let text = match std::str::from_utf8(sample) {
        Ok(text) => text,
        // The sample may end inside a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&sample[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    if text.chars().any(|char| char.is_control() && !char.is_ascii_whitespace()) {
        return None;
    }
    let start: String =
        text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']).chars().take(256).collect();
    let start = start.to_ascii_lowercase();
    Some(if start.starts_with("<!doctype html") || start.starts_with("<html") {
        "an HTML page"
    } else if start.contains("<svg") {
        "an SVG drawing"
    } else if start.starts_with("<?xml") {
        "an XML document"
    } else if start.starts_with('{') || start.starts_with('[') {
        "JSON text"
    } else {
        "plain text"
    })
}
