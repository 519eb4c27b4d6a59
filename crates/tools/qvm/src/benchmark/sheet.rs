use bench::Sheet;

use crate::grid;

/// A table for a terminal, below its title and note.
pub(crate) fn text(sheet: &Sheet) -> String {
    let mut lines = vec![sheet.title.clone()];
    lines.extend(Some(&sheet.note).filter(|note| !note.is_empty()).cloned());
    lines.extend(grid::lines(&[], std::iter::once(&sheet.columns).chain(&sheet.rows).cloned()));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let row = |cells: [&str; 2]| cells.map(String::from).to_vec();
        let sheet = Sheet {
            title: "Agreement".into(),
            note: "Of two runs.".into(),
            columns: row(["model", "k/n"]),
            rows: vec![row(["Qwen2-VL – 7B", "1/2"]), row(["x", ""])],
        };
        assert_eq!(text(&sheet), "Agreement\nOf two runs.\nmodel          k/n\nQwen2-VL – 7B  1/2\nx\n");
        assert_eq!(text(&Sheet { title: "Empty".into(), ..Sheet::default() }), "Empty\n");
    }
}
