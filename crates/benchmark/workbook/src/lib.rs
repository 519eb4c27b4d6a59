//! A run in every form that it is exported in, including the workbook that VLMEvalKit writes after an evaluation.
//!
//! `bench` writes the other forms. The workbook has its own crate, because the code that packs it is large and must stay out of the
//! page.

mod cell_text;
mod conditions;
mod result;
#[cfg(test)]
mod tests;

use bench::{Form, Run, chart, report};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// Why a workbook could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the workbook could not be written: {0}")]
pub struct WorkbookError(#[from] XlsxError);

/// The bytes of an xlsx file with two sheets: `result`, as VLMEvalKit writes it, and `conditions`, what its figures depend on, with
/// the permanent line.
///
/// # Errors
/// The run has more questions than a sheet has rows, 1,048,575.
pub fn xlsx(run: &Run) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(run));
    result::write(workbook.add_worksheet(), run)?;
    conditions::write(workbook.add_worksheet(), run)?;
    Ok(workbook.save_to_buffer()?)
}

/// The run's date as the date of the file, so that the same run always gives the same bytes.
fn properties(run: &Run) -> DocProperties {
    let properties = DocProperties::new().set_title("Benchmark run").set_comment(bench::PERMANENT_LINE);
    match ExcelDateTime::parse_from_str(&run.conditions.date) {
        Ok(date) => properties.set_creation_datetime(&date),
        Err(_) => properties,
    }
}

/// A run in any form, as the bytes of a file. [`report::file_name`] gives the file's name.
///
/// # Errors
/// A workbook could not be written: see [`xlsx`].
pub fn write(run: &Run, form: Form) -> Result<Vec<u8>, WorkbookError> {
    let text = match form {
        Form::Xlsx => return xlsx(run),
        Form::Csv => report::csv(run),
        Form::Json => report::json(run),
        Form::Markdown => report::markdown(run),
        Form::Acc(grouping) => report::acc(run, grouping),
        Form::Chart(grouping) => chart::file(run, grouping),
    };
    Ok(text.into_bytes())
}
