use std::ops::Range;

use super::fields::{Fields, Splitter};
use super::found::{Found, Image, MAX_REFERENCE_BYTES};
use crate::data::{DataError, ImageForm, ImagePlace, Index};
use crate::tsv::RowError;
use crate::tsv::row::{self, MAX_TEXT_BYTES};

/// A header is never longer.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// An error shows at most this much of the first line.
const MOST_SHOWN_CHARS: usize = 120;

/// Reads a tab-separated file.
#[derive(Debug)]
pub(super) struct Table {
    splitter: Splitter,
    rows: Rows,
}

/// What has been read so far: first the header, then rows.
#[derive(Debug, Default)]
struct Rows {
    columns: Option<Columns>,
    /// The current row's fields, each as far as it is kept.
    fields: Vec<Vec<u8>>,
    /// How many of them have ended.
    n_fields: usize,
    n_header_bytes: usize,
    image: Range<u64>,
    failure: Option<DataError>,
    found: Found,
}

#[derive(Debug)]
struct Columns {
    names: Vec<String>,
    /// How many bytes of each field are kept.
    most_bytes: Vec<usize>,
    index: usize,
    image: usize,
}

impl Table {
    /// Begins after a byte order mark of `n_bytes`.
    pub(super) fn after(n_bytes: u64) -> Self {
        Self { splitter: Splitter::after(n_bytes), rows: Rows::default() }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), DataError> {
        if self.rows.failure.is_none() {
            self.splitter.push(chunk, &mut self.rows);
        }
        self.rows.failure.clone().map_or(Ok(()), Err)
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.rows.found.n_rows()
    }

    pub(super) fn finish(mut self) -> Result<Index, DataError> {
        self.splitter.finish(&mut self.rows);
        match (self.rows.failure, self.rows.columns) {
            (Some(failure), _) => Err(failure),
            (None, None) => Err(DataError::Empty),
            (None, Some(_)) => self.rows.found.finish(),
        }
    }
}

impl Fields for Rows {
    fn content(&mut self, part: &[u8]) {
        let most = match &self.columns {
            Some(columns) => columns.most_bytes.get(self.n_fields).copied().unwrap_or_default(),
            None => {
                self.n_header_bytes = self.n_header_bytes.saturating_add(part.len());
                if self.n_header_bytes > MAX_HEADER_BYTES {
                    self.failure = Some(DataError::NoHeader { max_bytes: MAX_HEADER_BYTES });
                    return;
                }
                MAX_HEADER_BYTES
            }
        };
        if most == 0 {
            return;
        }
        if self.fields.len() <= self.n_fields {
            self.fields.resize_with(self.n_fields + 1, Vec::new);
        }
        let field = &mut self.fields[self.n_fields];
        field.extend(&part[..part.len().min(most.saturating_sub(field.len()))]);
    }

    fn end_field(&mut self, range: Range<u64>) {
        match &self.columns {
            Some(columns) if columns.image == self.n_fields => self.image = range,
            Some(_) => {}
            None => {
                // Tabs count as bytes of the header; otherwise a file of nothing but tabs would have columns without end.
                self.n_header_bytes = self.n_header_bytes.saturating_add(1);
                if self.n_header_bytes > MAX_HEADER_BYTES {
                    self.failure = Some(DataError::NoHeader { max_bytes: MAX_HEADER_BYTES });
                    return;
                }
                self.fields.resize_with(self.n_fields + 1, Vec::new);
            }
        }
        self.n_fields = self.n_fields.saturating_add(1);
    }

    fn end_record(&mut self, is_open: bool) {
        if self.failure.is_some() {
            return;
        }
        match &self.columns {
            None => match Columns::named(&self.fields) {
                Ok(columns) => self.columns = Some(columns),
                Err(error) => self.failure = Some(error),
            },
            Some(columns) => {
                let row = Row { columns, fields: &self.fields, n_fields: self.n_fields };
                let question = if is_open { Err(RowError::OpenQuote) } else { row.question() };
                self.found.row(row.index(), question, row.image(&self.image));
            }
        }
        self.fields.iter_mut().for_each(Vec::clear);
        self.n_fields = 0;
    }
}

impl Columns {
    fn named(fields: &[Vec<u8>]) -> Result<Self, DataError> {
        let names: Vec<String> =
            fields.iter().map(|name| row::column_name(&String::from_utf8_lossy(name))).collect();
        let place = |column: &str| names.iter().position(|name| name == column);
        let must = |column: &'static str| {
            place(column).ok_or_else(|| {
                let found = names.join(", ").chars().take(MOST_SHOWN_CHARS).collect();
                DataError::MissingColumn { column, found }
            })
        };
        let index = must("index")?;
        for column in ["question", "A", "B"] {
            must(column)?;
        }
        if place("image").is_none() && place("image_path").is_some() {
            return Err(DataError::OnlyImagePaths);
        }
        let image = must("image")?;
        let most_bytes = names.iter().enumerate().map(|(at, name)| match name.as_str() {
            // Of two columns with one name, the first counts.
            _ if place(name) != Some(at) => 0,
            // One byte more than is allowed, to notice that there are more.
            "image" => MAX_REFERENCE_BYTES + 1,
            name if row::is_text(name) => MAX_TEXT_BYTES + 1,
            _ => 0,
        });
        Ok(Self { most_bytes: most_bytes.collect(), names, index, image })
    }
}

/// One complete row.
struct Row<'a> {
    columns: &'a Columns,
    fields: &'a [Vec<u8>],
    n_fields: usize,
}

impl Row<'_> {
    fn bytes(&self, at: usize) -> &[u8] {
        self.fields.get(at).map_or(&[], Vec::as_slice)
    }

    /// The index, for messages.
    fn index(&self) -> &str {
        str::from_utf8(self.bytes(self.columns.index)).unwrap_or_default()
    }

    fn question(&self) -> Result<crate::Question, RowError> {
        let expected = self.columns.names.len();
        if self.n_fields != expected {
            return Err(RowError::Fields { found: self.n_fields, expected });
        }
        row::question(|column| {
            let Some(at) = self.columns.names.iter().position(|name| name == column) else { return Ok(None) };
            let bytes = self.bytes(at);
            if bytes.len() > MAX_TEXT_BYTES {
                return Err(RowError::TooLong { column: column.to_owned(), max_bytes: MAX_TEXT_BYTES });
            }
            let text = str::from_utf8(bytes);
            text.map(Some).map_err(|_| RowError::NotUtf8 { column: column.to_owned() })
        })
    }

    /// None if the row has no image, or has more or fewer fields than the header, so that any of them may be the image.
    fn image(&self, range: &Range<u64>) -> Option<Image> {
        let content = self.bytes(self.columns.image);
        if content.trim_ascii().is_empty() || self.n_fields != self.columns.names.len() {
            return None;
        }
        let is_short = content.len() <= MAX_REFERENCE_BYTES;
        let reference = str::from_utf8(content).ok().filter(|_| is_short);
        let place = ImagePlace { range: range.clone(), form: ImageForm::Field };
        Some(Image { place, reference: reference.map(|text| text.trim().to_owned()) })
    }
}
