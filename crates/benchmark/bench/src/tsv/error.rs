use crate::QuestionError;

/// Why a file, or one row of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TsvError {
    /// It is not a file of this form.
    #[error(
        "the file has no column {column:?}; found {found}; expected tab-separated columns index, question, A, B, ..., answer \
         with their names in the first line"
    )]
    MissingColumn {
        /// The missing column.
        column: &'static str,
        /// The first line, shortened.
        found: String,
    },
    /// One row is wrong; those after it can still be read.
    #[error("row {row} (index {index:?}, from line {line}): {cause}")]
    Row {
        /// Counted from 1 without the header.
        row: u64,
        /// Its value in column `index`.
        index: String,
        /// The line of the file at which it begins, from 1.
        line: u64,
        /// What is wrong with it.
        cause: RowError,
    },
    /// The source failed; no more rows follow.
    #[error("the rest of the file cannot be read: {0}")]
    Read(#[from] csv::Error),
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// It has more or fewer fields than the header.
    #[error("it has {found} fields; expected {expected}, as many as the header")]
    Fields {
        /// How many.
        found: usize,
        /// As in the header.
        expected: usize,
    },
    /// A field is not text.
    #[error("column {column:?} is not UTF-8")]
    NotUtf8 {
        /// Its column.
        column: String,
    },
    /// An option between two others is missing.
    #[error("option {missing} is empty, but {present} is not; options must follow each other from A")]
    Gap {
        /// The empty one.
        missing: char,
        /// The later one that is not.
        present: char,
    },
    /// The answer is not a letter.
    #[error("the answer is {0:?}; expected one capital letter, or nothing if it is not known")]
    Answer(String),
    /// It cannot be asked.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// It has no name.
    #[error("column \"index\" is empty; expected a number or a word that names the row")]
    NoIndex,
    /// Its name is that of an earlier row.
    #[error("row {earlier} has the same index; that row is asked instead")]
    Duplicate {
        /// The row that keeps the index.
        earlier: u64,
    },
    /// It has no image.
    #[error("the image is empty; expected base64")]
    NoImage,
    /// Its image is in another file.
    #[error(
        "it has no column \"image\", but \"image_path\": images by path are not read; expected the image itself as base64"
    )]
    OnlyImagePath,
    /// It names another row's image, and that row has none.
    #[error("it names the image of index {0:?}, which has no image itself")]
    NoSharedImage(String),
    /// A text is too long to be one.
    #[error("column {column:?} is longer than {max_bytes} bytes; a quote before it may not be closed")]
    TooLong {
        /// Its column.
        column: String,
        /// The longest text.
        max_bytes: usize,
    },
    /// The file ends inside quotes.
    #[error("it opens a quote and never closes it, so it extends to the end of the file")]
    OpenQuote,
    /// A line is not a JSON object.
    #[error("the line is not a JSON object with the columns as its keys: {0}")]
    Json(String),
    /// A line is too long to be read.
    #[error("the line is longer than {max_bytes} bytes")]
    LongLine {
        /// The longest line.
        max_bytes: usize,
    },
}
