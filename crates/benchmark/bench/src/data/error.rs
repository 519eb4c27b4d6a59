/// Why a file is not a data set. What is wrong with a single row is a [`Problem`](crate::Problem) instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// It is empty.
    #[error(
        "the file is empty; expected one question a line, tab-separated below a line with the names of the columns, or as one \
         JSON object each"
    )]
    Empty,
    /// Its first line is too long for a header.
    #[error(
        "the first line is longer than {max_bytes} bytes; expected the names of tab-separated columns: index, image, question, A, \
         B, ..., answer. Choose a TSV file as VLMEvalKit has it, or JSON lines."
    )]
    NoHeader {
        /// The longest first line.
        max_bytes: usize,
    },
    /// A required column is missing.
    #[error(
        "the file has no column {column:?}; found {found}; expected tab-separated columns index, image, question, A, B, ..., \
         answer with their names in the first line. Choose a TSV file as VLMEvalKit has it, or JSON lines."
    )]
    MissingColumn {
        /// The missing column.
        column: &'static str,
        /// The first line, shortened.
        found: String,
    },
    /// Its images are in other files.
    #[error(
        "the file has no column \"image\", but \"image_path\": images by path are not read. Choose the TSV file that holds the \
         images themselves as base64."
    )]
    OnlyImagePaths,
    /// No row can be asked.
    #[error("none of the file's {n_rows} rows can be asked{first}")]
    NoQuestion {
        /// Rows of the file.
        n_rows: u64,
        /// What is wrong with the first of them, or what was expected.
        first: String,
    },
}

/// Why the bytes at an image's place cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// A character that base64 does not have.
    #[error(
        "the image is not base64: character {at} is {found}; expected letters, digits, + and /, with = only at the end"
    )]
    Character {
        /// Counted from 1 in the field as it stands in the file.
        at: usize,
        /// The character, quoted.
        found: String,
    },
    /// Its length is not that of whole bytes.
    #[error("the image is not base64: {n_chars} characters do not make whole bytes; it may be cut off")]
    Length {
        /// Without white space.
        n_chars: usize,
    },
    /// An address that is not read.
    #[error(
        "the image begins like an address ({found:?}); expected base64, or an address that begins data:image/png;base64,"
    )]
    Address {
        /// Its beginning.
        found: String,
    },
    /// It is empty.
    #[error("the image is empty")]
    Empty,
    /// The row has changed since the file was read.
    #[error("the row has changed since the file was opened: {0}; open the file again")]
    Changed(String),
}

/// Why bytes are not an index. The index is then built again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Written by another version of this software, or not an index at all.
    #[error("these bytes are not an index of format {expected}")]
    Format {
        /// The format of this version.
        expected: u32,
    },
    /// Its bytes have changed since they were written.
    #[error("the index is damaged: {0}")]
    Damaged(&'static str),
}
