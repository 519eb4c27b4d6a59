//! A run in any form that it is saved in, and among them the workbook that VLMEvalKit writes behind an evaluation.
//!
//! The other forms are `bench`'s. This one has a crate of its own, because what packs a workbook is large and the page must not carry
//! it: the worker and the command line do.

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

/// The bytes of an xlsx file of two sheets: `result`, as VLMEvalKit has it, and `conditions`, what its figures depend on, with the
/// permanent line.
///
/// # Errors
/// Where the run has more questions than a sheet has rows, 1,048,575.
pub fn xlsx(run: &Run) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(run));
    result::write(workbook.add_worksheet(), run)?;
    conditions::write(workbook.add_worksheet(), run)?;
    Ok(workbook.save_to_buffer()?)
}

/// The run's date as that of the file, so that the same run always gives the same bytes.
fn properties(run: &Run) -> DocProperties {
    let properties = DocProperties::new().set_title("Benchmark run").set_comment(bench::PERMANENT_LINE);
    match ExcelDateTime::parse_from_str(&run.conditions.date) {
        Ok(date) => properties.set_creation_datetime(&date),
        Err(_) => properties,
    }
}

/// A run in any form, as the bytes of a file. [`report::file_name`] says what it is called.
///
/// # Errors
/// Where a workbook could not be written: see [`xlsx`].
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
