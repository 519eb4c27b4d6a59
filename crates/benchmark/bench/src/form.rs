use serde::{Deserialize, Serialize};

use crate::Grouping;

/// A form in which a run is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// One line per question, for a spreadsheet.
    Csv,
    /// Everything, for a program.
    Json,
    /// Conditions and the three tables, for a reader.
    Markdown,
    /// The workbook that VLMEvalKit writes after an evaluation: one row per question with `prediction`, `hit` and `log`.
    Xlsx,
    /// The accuracy file that VLMEvalKit writes for one grouping.
    Acc(Grouping),
    /// The chart of one grouping, as SVG.
    Chart(Grouping),
}

impl Form {
    /// The media type of the file.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::Acc(_) => "text/csv;charset=utf-8",
            Self::Json => "application/json",
            Self::Markdown => "text/markdown;charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Chart(_) => "image/svg+xml",
        }
    }
}
