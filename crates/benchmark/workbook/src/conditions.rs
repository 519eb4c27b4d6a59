use bench::{Run, report};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use crate::cell_text::cell_text;

/// What the figures depend on, with one name and value per row and the permanent line last.
pub(crate) fn write(sheet: &mut Worksheet, run: &Run) -> Result<(), XlsxError> {
    sheet.set_name("conditions")?;
    sheet.set_column_width(0, 28)?;
    sheet.set_column_width(1, 80)?;
    let bold = Format::new().set_bold();
    for (row, (name, value)) in (0..).zip(report::conditions(run)) {
        sheet.write_string_with_format(row, 0, name, &bold)?;
        sheet.write_string(row, 1, cell_text(&value))?;
    }
    Ok(())
}
