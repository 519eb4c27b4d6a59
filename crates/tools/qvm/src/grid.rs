//! Tables on a terminal: no lines, columns as wide as their widest cell, two spaces between them.

use comfy_table::{CellAlignment, ColumnConstraint, Table, Width, presets};

/// How a column is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    alignment: CellAlignment,
    /// In characters, with the two spaces before it.
    min_width: u16,
}

/// A column of words, at least this wide in characters.
pub(crate) const fn left(min_width: u16) -> Column {
    Column { alignment: CellAlignment::Left, min_width }
}

/// A column of figures, at least this wide in characters.
pub(crate) const fn right(min_width: u16) -> Column {
    Column { alignment: CellAlignment::Right, min_width }
}

/// The lines of a table. Columns that are not described are as [`left`] makes them, as wide as needed.
pub(crate) fn lines(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    rows.into_iter().for_each(|row| {
        table.add_row(row);
    });
    for (index, column) in table.column_iter_mut().enumerate() {
        let Column { alignment, min_width } = columns.get(index).copied().unwrap_or(left(0));
        column.set_padding((if index == 0 { 0 } else { 2 }, 0));
        column.set_cell_alignment(alignment);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(min_width)));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = || {
            [["model", "k/n"], ["Qwen2-VL – 7B", "1/2"], ["x", ""]].map(|row| row.map(String::from).to_vec())
        };
        assert_eq!(lines(&[], rows()), ["model          k/n", "Qwen2-VL – 7B  1/2", "x"]);
        assert_eq!(lines(&[left(0), right(7)], rows())[0], "model            k/n");
        assert_eq!(lines(&[left(15)], rows())[1], "Qwen2-VL – 7B    1/2");
        assert_eq!(lines(&[], []), [""; 0]);
    }
}
