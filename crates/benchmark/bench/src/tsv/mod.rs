//! The benchmark's own file: one question a line, tab-separated, the image in it as base64.
//!
//! Texts may hold tabs and line breaks and are quoted then (11 option texts of GMAI-MMBench VAL do). Column names are taken as
//! VLMEvalKit takes them: in lower case, except single capital letters, which are options.

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
    /// Base64 of a PNG or JPEG file, not yet decoded; none where the file has no such column.
    pub image: Option<String>,
}
