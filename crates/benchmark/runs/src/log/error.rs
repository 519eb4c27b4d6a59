use super::lines::{FORMAT, VERSION};

/// Why a file is no log of a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// There is no whole line in it.
    #[error(
        "found {n_bytes} bytes without a whole line; expected the log of a benchmark run, whose first line says \"{FORMAT}\""
    )]
    NoHeader {
        /// Bytes of the file.
        n_bytes: usize,
    },
    /// It begins with something else.
    #[error(
        "found a first line that begins with {found:?}; expected the log of a benchmark run, whose first line says \"{FORMAT}\""
    )]
    NotOurs {
        /// The line's beginning.
        found: String,
    },
    /// A newer version of this software wrote it.
    #[error(
        "found a log of version {found}; this software reads version {VERSION}: use the version that wrote it, or a newer one"
    )]
    Version {
        /// What it says.
        found: u32,
    },
    /// Its header lacks something.
    #[error("the header of the log cannot be read: {reason}; expected id, name, conditions and n_total")]
    Header {
        /// What is wrong, and at which column.
        reason: String,
    },
}
