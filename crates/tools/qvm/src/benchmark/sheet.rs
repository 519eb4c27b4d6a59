use bench::Sheet;

/// A table as a terminal shows it: columns as wide as their widest text.
pub(crate) fn text(sheet: &Sheet) -> String {
    let lines = || std::iter::once(&sheet.columns).chain(&sheet.rows);
    let n_columns = lines().map(Vec::len).max().unwrap_or_default();
    let n_chars = |line: &Vec<String>, column: usize| line.get(column).map_or(0, |text| text.chars().count());
    let widths: Vec<usize> = (0..n_columns)
        .map(|column| lines().map(|line| n_chars(line, column)).max().unwrap_or_default())
        .collect();
    let mut out = format!("{}\n", sheet.title);
    if !sheet.note.is_empty() {
        out += &format!("{}\n", sheet.note);
    }
    for line in lines() {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(text, &width)| format!("{text:<width$}")).collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
    }
    out
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
        assert_eq!(text(&Sheet::default()), "\n\n");
    }
}
