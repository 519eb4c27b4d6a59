//! The benchmark's own file: one question a line, tab-separated, with the image as base64.
//!
//! A text with tabs or line breaks is quoted (GMAI-MMBench VAL has 11 such option texts). Column names are read as VLMEvalKit reads
//! them: in lower case, except single capital letters, which are options.

mod error;
mod read;
pub(crate) mod row;
#[cfg(test)]
mod tests;
mod write;

pub use error::{RowError, TsvError};
pub use read::Reader;
pub use write::write;

use crate::Question;

/// One line of such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Everything but the image.
    pub question: Question,
    /// Base64 of a PNG or JPEG file, not yet decoded; none if the file has no such column.
    pub image: Option<String>,
}
