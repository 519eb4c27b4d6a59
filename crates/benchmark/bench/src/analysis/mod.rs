//! What a run says when it is held against others, and against itself: see [`analyse`].

mod circular;
mod compare;
mod conditions;
mod figures;
mod first_token;
mod published;
#[cfg(test)]
mod tests;

use crate::{Analysis, Grouping, KeptRun, Sheet, chart};

/// Looks at a run: its agreement with the published answers, what the first token's probabilities say beside the text, circular
/// evaluation, and how it compares with another run or, without one, with the published rows on the same questions. A sheet that
/// would have nothing to say is left out. The chart is that of the run alone.
pub fn analyse(kept: &KeptRun, against: Option<&KeptRun>, grouping: Grouping) -> Analysis {
    let run = &kept.run;
    let mut sheets = Vec::new();
    match against {
        Some(other) => sheets.extend(compare::sheets(run, other, grouping)),
        None => sheets.extend(published::comparison(run)),
    }
    sheets.extend(published::agreement(run));
    sheets.extend(first_token::sheet(run));
    sheets.extend(circular::sheet(run));
    Analysis { sheets, chart: chart::svg(run, grouping) }
}

fn sheet(title: String, note: String, columns: Vec<String>, rows: Vec<Vec<String>>) -> Sheet {
    Sheet { title, note, columns, rows }
}

/// Headings from words.
fn headings(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

/// A row from its label and its figures.
fn line(label: impl Into<String>, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    std::iter::once(label.into()).chain(cells).collect()
}
