//! Comparisons of a run with published answers, with other runs and with itself: see [`analyse`].

mod circular;
mod compare;
mod conditions;
mod figures;
mod first_token;
mod published;
#[cfg(test)]
mod tests;

use crate::{Analysis, Grouping, KeptRun, Sheet, chart};

/// Analyses a run: its agreement with the published answers, the first token's preference beside the text, circular evaluation, and
/// a comparison with another run or, without one, with the published rows on the same questions. A sheet without content is left
/// out. The chart shows only the run itself.
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

/// Headings of columns.
fn headings(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

/// A row: its label, then its figures.
fn line(label: impl Into<String>, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    std::iter::once(label.into()).chain(cells).collect()
}
