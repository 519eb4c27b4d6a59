/// Why a file is no data set. What is wrong with single rows is a [`Problem`](crate::Problem) instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// There is nothing in it.
    #[error(
        "the file is empty; expected one question a line, tab-separated below a line with the names of the columns, or as one \
         JSON object each"
    )]
    Empty,
    /// Its first line goes on and on.
    #[error(
        "the first line is longer than {max_bytes} bytes; expected the names of tab-separated columns: index, image, question, A, \
         B, ..., answer. Choose a TSV file as VLMEvalKit has it, or JSON lines."
    )]
    NoHeader {
        /// What a first line may have.
        max_bytes: usize,
    },
    /// A column that must be there is not.
    #[error(
        "the file has no column {column:?}; found {found}; expected tab-separated columns index, image, question, A, B, ..., \
         answer with their names in the first line. Choose a TSV file as VLMEvalKit has it, or JSON lines."
    )]
    MissingColumn {
        /// What is not there.
        column: &'static str,
        /// The first line, shortened.
        found: String,
    },
    /// Its images are other files.
    #[error(
        "the file has no column \"image\", but \"image_path\": images by path are not read. Choose the TSV file that holds the \
         images themselves as base64."
    )]
    OnlyImagePaths,
    /// Not one row can be asked.
    #[error("none of the file's {n_rows} rows can be asked{first}")]
    NoQuestion {
        /// Rows that there are.
        n_rows: u64,
        /// What is wrong with the first of them, or what was expected.
        first: String,
    },
}

/// Why the bytes at an image's place are no file.
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
    /// It ends in the middle of a byte.
    #[error(
        "the image is not base64: its {n_chars} characters are not those of whole bytes; it may be cut off"
    )]
    Length {
        /// Without white space.
        n_chars: usize,
    },
    /// Another kind of address.
    #[error(
        "the image begins like an address ({found:?}); expected base64, or an address that begins data:image/png;base64,"
    )]
    Address {
        /// Its beginning.
        found: String,
    },
    /// There is nothing.
    #[error("the image is empty")]
    Empty,
    /// The row is no longer what it was when the file was read.
    #[error("the row is not the one that was read when the file was opened: {0}; open the file again")]
    Changed(String),
}

/// Why bytes are no index; it is made again then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Of another version of this software, or nothing of it at all.
    #[error("these bytes do not begin as an index of format {expected} does")]
    Format {
        /// The format of this version.
        expected: u32,
    },
    /// Its bytes are not those that were written.
    #[error("the index is damaged: {0}")]
    Damaged(&'static str),
}
