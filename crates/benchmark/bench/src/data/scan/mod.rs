mod fields;
mod found;
mod lines;
mod table;
#[cfg(test)]
mod tests;

use lines::Lines;
use table::Table;

use super::{DataError, Index};
use crate::tsv::RowError;

/// This many problems are kept; further ones are only counted.
pub const MAX_PROBLEMS: usize = 200;

/// A longer line of a JSON lines file is left out.
pub const MAX_LINE_BYTES: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a data set's file from front to back, in pieces of any length. It keeps the questions in memory, and the beginning of a
/// JSON line that continues in the next piece.
#[derive(Debug)]
pub struct Scanner {
    is_named_json: bool,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// The first bytes, while they do not decide the form.
    Unknown(Vec<u8>),
    Table(Box<Table>),
    Lines(Box<Lines>),
}

impl Scanner {
    /// `name` is the file's. If it ends in `.jsonl` or `.json`, or if the first byte is a brace, each line is a JSON object; anything
    /// else is tab-separated.
    pub fn new(name: &str) -> Self {
        let name = name.to_lowercase();
        Self {
            is_named_json: name.ends_with(".jsonl") || name.ends_with(".json"),
            form: Form::Unknown(Vec::new()),
        }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// The file is not a data set; no later bytes change that.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), DataError> {
        match &mut self.form {
            Form::Unknown(head) => {
                head.extend(chunk);
                let has_mark = head.starts_with(BYTE_ORDER_MARK);
                let n_mark_bytes = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
                if head.len() == n_mark_bytes || (!has_mark && BYTE_ORDER_MARK.starts_with(head)) {
                    return Ok(());
                }
                let head = std::mem::take(head);
                self.begin(&head, n_mark_bytes)
            }
            Form::Table(table) => table.push(chunk),
            Form::Lines(lines) => {
                lines.push(chunk);
                Ok(())
            }
        }
    }

    fn begin(&mut self, head: &[u8], n_mark_bytes: usize) -> Result<(), DataError> {
        let rest = &head[n_mark_bytes..];
        let n_mark_bytes = n_mark_bytes as u64;
        self.form = if self.is_named_json || rest.first() == Some(&b'{') {
            Form::Lines(Box::new(Lines::after(n_mark_bytes)))
        } else {
            Form::Table(Box::new(Table::after(n_mark_bytes)))
        };
        self.push(rest)
    }

    /// Rows found so far.
    pub fn n_rows(&self) -> u32 {
        let n_rows = match &self.form {
            Form::Unknown(_) => 0,
            Form::Table(table) => table.n_rows(),
            Form::Lines(lines) => lines.n_rows(),
        };
        u32::try_from(n_rows).unwrap_or(u32::MAX)
    }

    /// The index, after the last byte was pushed.
    ///
    /// # Errors
    /// The file is not a data set.
    pub fn finish(mut self) -> Result<Index, DataError> {
        if let Form::Unknown(head) = &self.form
            && !head.is_empty()
            && head != BYTE_ORDER_MARK
        {
            let head = head.clone();
            self.begin(&head, 0)?;
        }
        match self.form {
            Form::Unknown(_) => Err(DataError::Empty),
            Form::Table(table) => table.finish(),
            Form::Lines(lines) => lines.finish(),
        }
    }
}
