use serde::{Deserialize, Serialize};

/// A row of a data set that is left out, and why. It does not affect other rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Counted from 1 without the header.
    pub row: u64,
    /// Its value in column `index`; empty if that cannot be read.
    pub index: String,
    /// What was found and what was expected.
    pub message: String,
}
