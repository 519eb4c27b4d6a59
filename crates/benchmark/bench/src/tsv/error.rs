use crate::QuestionError;

/// Why a file, or one row of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TsvError {
    /// It is not such a file.
    #[error(
        "the file has no column {column:?}; found {found}; expected tab-separated columns index, question, A, B, ..., answer \
         with their names in the first line"
    )]
    MissingColumn {
        /// What is not there.
        column: &'static str,
        /// The first line, shortened.
        found: String,
    },
    /// One row is wrong; those after it can still be read.
    #[error("row {row} (index {index:?}, from line {line}): {cause}")]
    Row {
        /// Counted from 1, the header not counted.
        row: u64,
        /// What it says in column `index`.
        index: String,
        /// Where it begins in the file, from 1.
        line: u64,
        /// What is wrong with it.
        cause: RowError,
    },
    /// The source failed; nothing more comes.
    #[error("the file cannot be read on: {0}")]
    Read(#[from] csv::Error),
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// More or fewer fields than the header.
    #[error("it has {found} fields; expected {expected}, as many as the header")]
    Fields {
        /// How many.
        found: usize,
        /// As in the header.
        expected: usize,
    },
    /// A field is no text.
    #[error("column {column:?} is not UTF-8")]
    NotUtf8 {
        /// Its column.
        column: String,
    },
    /// An option is missing between two others.
    #[error("option {missing} is empty, but {present} is not; options must follow each other from A")]
    Gap {
        /// The empty one.
        missing: char,
        /// The later one that is not.
        present: char,
    },
    /// The answer is no letter.
    #[error("the answer is {0:?}; expected one capital letter, or nothing where it is not known")]
    Answer(String),
    /// It cannot be asked.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// It has no name.
    #[error("column \"index\" is empty; expected a number or a word that names the row")]
    NoIndex,
    /// Its name is that of an earlier row.
    #[error("the index is that of row {earlier} too; the earlier one is asked")]
    Duplicate {
        /// The row that stands.
        earlier: u64,
    },
    /// It has no image.
    #[error("the image is empty; expected base64")]
    NoImage,
    /// Its image is another file.
    #[error(
        "it has no column \"image\", but \"image_path\": images by path are not read; expected the image itself as base64"
    )]
    OnlyImagePath,
    /// Its image is that of another row, which has none.
    #[error("the image is said to be that of index {0:?}, which has no image of its own")]
    NoSharedImage(String),
    /// A text that is none.
    #[error("column {column:?} is longer than {max_bytes} bytes; a quote before it may not be closed")]
    TooLong {
        /// Its column.
        column: String,
        /// What a text may have.
        max_bytes: usize,
    },
    /// The file ends within quotes.
    #[error("a quote is opened in it and never closed, so that it goes on to the end of the file")]
    OpenQuote,
    /// A line of JSON lines that is none.
    #[error("the line is not a JSON object with the columns as its keys: {0}")]
    Json(String),
    /// A line that is too long to be looked at.
    #[error("the line is longer than {max_bytes} bytes")]
    LongLine {
        /// What a line may have.
        max_bytes: usize,
    },
}
