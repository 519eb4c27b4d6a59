use memchr::memchr;

use super::found::{Found, Image, MAX_REFERENCE_BYTES};
use super::{MAX_LINE_BYTES, RowError};
use crate::data::json::JsonRow;
use crate::data::{DataError, ImageForm, ImagePlace, Index};

/// Reads a file of one JSON object a line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The beginning of a line that continues in the next chunk.
    part: Vec<u8>,
    /// Whether the current line is too long to keep.
    is_too_long: bool,
    n_bytes: u64,
    line_start: u64,
    found: Found,
}

impl Lines {
    /// Begins after a byte order mark of `n_bytes`.
    pub(super) fn after(n_bytes: u64) -> Self {
        Self { n_bytes, line_start: n_bytes, ..Self::default() }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while let Some(n) = memchr(b'\n', rest) {
            self.end_line(&rest[..n]);
            rest = &rest[n + 1..];
            self.n_bytes += 1;
            self.line_start = self.n_bytes;
        }
        self.keep(rest);
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.found.n_rows()
    }

    pub(super) fn finish(mut self) -> Result<Index, DataError> {
        self.end_line(&[]);
        if self.found.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        self.found.finish()
    }

    fn keep(&mut self, part: &[u8]) {
        self.n_bytes += part.len() as u64;
        if self.is_too_long || self.part.len() + part.len() > MAX_LINE_BYTES {
            self.is_too_long = true;
            self.part = Vec::new();
            return;
        }
        // Doubling a buffer of this size would strain a tab.
        self.part.reserve_exact(part.len());
        self.part.extend(part);
    }

    fn end_line(&mut self, end: &[u8]) {
        if self.part.is_empty() && !self.is_too_long && end.len() <= MAX_LINE_BYTES {
            self.n_bytes += end.len() as u64;
            self.line(end);
            return;
        }
        self.keep(end);
        if std::mem::take(&mut self.is_too_long) {
            self.found.row("", Err(RowError::LongLine { max_bytes: MAX_LINE_BYTES }), None);
        } else {
            let line = std::mem::take(&mut self.part);
            self.line(&line);
        }
    }

    fn line(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let row = match JsonRow::read(line) {
            Ok(row) => row,
            Err(message) => {
                self.found.row("", Err(RowError::Json(message)), None);
                return;
            }
        };
        let image = row.image().filter(|image| !image.trim().is_empty()).map(|image| Image {
            place: ImagePlace { range: self.line_start..self.n_bytes, form: ImageForm::JsonLine },
            reference: (image.len() <= MAX_REFERENCE_BYTES).then(|| image.trim().to_owned()),
        });
        let question = row.question();
        let question = match (&image, question) {
            (None, Ok(_)) if row.has("image_path") => Err(RowError::OnlyImagePath),
            (_, question) => question,
        };
        self.found.row(row.text("index").unwrap_or_default(), question, image);
    }
}
