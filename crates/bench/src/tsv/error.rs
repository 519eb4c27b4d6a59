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
}
