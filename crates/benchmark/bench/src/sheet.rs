use serde::{Deserialize, Serialize};

/// The result of looking at one run, or of comparing two: texts for whoever shows them, with nothing left to compute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// In reading order.
    pub sheets: Vec<Sheet>,
    /// The chart of the requested grouping: one `svg` element for light and dark pages, every text in it escaped.
    pub chart: String,
}

/// A table of texts under a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The heading; no two sheets of an analysis share one.
    pub title: String,
    /// What a reader must know beside the table; may be empty.
    pub note: String,
    /// Headings of the columns.
    pub columns: Vec<String>,
    /// One text for each column; may have no row at all.
    pub rows: Vec<Vec<String>>,
}
