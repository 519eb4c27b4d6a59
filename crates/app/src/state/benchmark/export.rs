use bench::{Run, report};

/// A form in which a run is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// One line per question, for a spreadsheet.
    Csv,
    /// Everything, for a program.
    Json,
    /// Conditions and the three tables, for a reader.
    Markdown,
}

impl Export {
    /// In the order of the buttons.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Markdown];

    /// Its element's id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Csv => "export-csv",
            Self::Json => "export-json",
            Self::Markdown => "export-markdown",
        }
    }

    /// Its label.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Markdown => "Markdown",
        }
    }

    /// For the file that is saved.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv;charset=utf-8",
            Self::Json => "application/json",
            Self::Markdown => "text/markdown;charset=utf-8",
        }
    }

    /// The run in this form.
    pub fn write(self, run: &Run) -> String {
        match self {
            Self::Csv => report::csv(run),
            Self::Json => report::json(run),
            Self::Markdown => report::markdown(run),
        }
    }

    /// `benchmark-Phantom-Q8_0-2026-11-25.csv`: what any file system takes.
    pub fn file_name(self, run: &Run) -> String {
        let conditions = &run.conditions;
        let blank = if conditions.blank_images { "-blank-images" } else { "" };
        // The date of an ISO 8601 moment.
        let day: String = conditions.date.chars().take_while(|&c| c != 'T').collect();
        let stem = format!("benchmark-{}-{}{blank}-{day}", conditions.model, conditions.quantisation);
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        let extension = match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Markdown => "md",
        };
        format!("{}.{extension}", stem.chars().map(plain).collect::<String>())
    }
}
