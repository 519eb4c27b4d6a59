use std::io::Read;

use csv::ByteRecord;

use super::{Record, RowError, TsvError, row};

/// Yields the questions of a file one by one. A bad row is an error that names it, and the next row follows; after an error of the
/// source, nothing follows.
pub struct Reader<R> {
    csv: csv::Reader<R>,
    columns: Vec<String>,
    record: ByteRecord,
    n_rows: u64,
    is_over: bool,
}

/// An error shows at most this much of the first line.
const MOST_SHOWN_CHARS: usize = 120;

impl<R: Read> Reader<R> {
    /// Reads the header. A byte order mark and either kind of line ending are accepted.
    pub fn new(source: R) -> Result<Self, TsvError> {
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(b'\t')
            .has_headers(false)
            // Rows of another length are reported by row, not by the parser's record count.
            .flexible(true)
            .from_reader(source);
        let mut record = ByteRecord::new();
        csv.read_byte_record(&mut record)?;
        let columns: Vec<String> =
            record.iter().map(|name| row::column_name(&String::from_utf8_lossy(name))).collect();
        for column in ["index", "question", "A", "B"] {
            if !columns.iter().any(|found| found == column) {
                let found = columns.join(", ").chars().take(MOST_SHOWN_CHARS).collect();
                return Err(TsvError::MissingColumn { column, found });
            }
        }
        Ok(Self { csv, columns, record, n_rows: 0, is_over: false })
    }

    fn field(&self, column: &str) -> Result<Option<&str>, RowError> {
        let at = self.columns.iter().position(|name| name == column);
        let Some(bytes) = at.and_then(|at| self.record.get(at)) else { return Ok(None) };
        str::from_utf8(bytes).map(Some).map_err(|_| RowError::NotUtf8 { column: column.to_owned() })
    }

    fn parsed(&self) -> Result<Record, RowError> {
        let (found, expected) = (self.record.len(), self.columns.len());
        if found != expected {
            return Err(RowError::Fields { found, expected });
        }
        let question = row::question(|column| self.field(column))?;
        Ok(Record { question, image: self.field("image")?.map(str::to_owned) })
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, TsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        match self.csv.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                self.is_over = true;
                return Some(Err(error.into()));
            }
        }
        self.n_rows += 1;
        Some(self.parsed().map_err(|cause| TsvError::Row {
            row: self.n_rows,
            index: self.field("index").ok().flatten().unwrap_or_default().to_owned(),
            line: self.record.position().map_or(0, csv::Position::line),
            cause,
        }))
    }
}
