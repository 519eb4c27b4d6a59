mod html;

/// What a comparison, or a look at one run, comes to: words and figures for whoever shows them, nothing more to be computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    /// In the order in which they are read.
    pub sheets: Vec<Sheet>,
    /// The chart of the grouping that was asked for: one `svg` element, made for light and dark.
    pub chart: String,
}

/// A table of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its heading.
    pub title: String,
    /// What must be said with it; may be empty.
    pub note: String,
    /// Headings of the columns.
    pub columns: Vec<String>,
    /// As many texts in each as there are columns.
    pub rows: Vec<Vec<String>>,
}
