use serde::{Deserialize, Serialize};

/// A row of a data set that is left out, or of which something is missing; all others stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Counted from 1, the header not counted.
    pub row: u64,
    /// What it says in column `index`; empty where that cannot be read.
    pub index: String,
    /// What was found and what was expected.
    pub message: String,
}
