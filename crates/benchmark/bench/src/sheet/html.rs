use super::{Analysis, Sheet};

impl Analysis {
    /// The chart in a `div` of id `chart`, then a `section` with a heading, a note and a table for each sheet. Every text is
    /// escaped. It is one text, made where it is computed, because elements that the page made one by one would take several
    /// kilobytes of its code.
    pub fn html(&self) -> String {
        let mut html = String::new();
        push(&mut html, &["<div id=\"chart\">", &self.chart, "</div>"]);
        for sheet in &self.sheets {
            push_sheet(&mut html, sheet);
        }
        html
    }
}

fn push_sheet(html: &mut String, sheet: &Sheet) {
    let title = escaped(&sheet.title);
    push(html, &["<section data-sheet=\"", &title, "\"><h3>", &title, "</h3><p class=\"hint\">"]);
    push(html, &[&escaped(&sheet.note), "</p>"]);
    if !sheet.rows.is_empty() {
        let frame = "<div class=\"table-frame\" role=\"region\" tabindex=\"0\" aria-label=\"";
        push(html, &[frame, &title, "\"><table><thead>"]);
        push_row(html, &sheet.columns, "<th scope=\"col\">", "</th>");
        push(html, &["</thead><tbody>"]);
        for row in &sheet.rows {
            push_row(html, row, "<td>", "</td>");
        }
        push(html, &["</tbody></table></div>"]);
    }
    push(html, &["</section>"]);
}

fn push_row(html: &mut String, texts: &[String], start: &str, end: &str) {
    push(html, &["<tr>"]);
    for text in texts {
        push(html, &[start, &escaped(text), end]);
    }
    push(html, &["</tr>"]);
}

fn push(html: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| html.push_str(part));
}

/// A text as the content of an element or the value of an attribute.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_a_section_whose_texts_are_only_texts() {
        let sheet = Sheet {
            title: "Against <b>\"it\"</b>".into(),
            note: "a & b".into(),
            columns: vec!["Group".into(), "n".into()],
            rows: vec![vec!["<script>".into(), "3".into()]],
        };
        let analysis = Analysis { sheets: vec![sheet], chart: "<svg></svg>".into() };
        assert_eq!(
            analysis.html(),
            "<div id=\"chart\"><svg></svg></div>\
             <section data-sheet=\"Against &lt;b&gt;&quot;it&quot;&lt;/b&gt;\"><h3>Against &lt;b&gt;&quot;it&quot;&lt;/b&gt;</h3>\
             <p class=\"hint\">a &amp; b</p>\
             <div class=\"table-frame\" role=\"region\" tabindex=\"0\" aria-label=\"Against &lt;b&gt;&quot;it&quot;&lt;/b&gt;\">\
             <table><thead><tr><th scope=\"col\">Group</th><th scope=\"col\">n</th></tr></thead>\
             <tbody><tr><td>&lt;script&gt;</td><td>3</td></tr></tbody></table></div></section>"
        );
    }

    #[test]
    fn a_sheet_without_rows_has_no_table() {
        let sheet = Sheet { title: "None".into(), note: "nothing in common".into(), ..Sheet::default() };
        let html = Analysis { sheets: vec![sheet], chart: String::new() }.html();
        assert!(!html.contains("<table") && html.contains("nothing in common"), "{html}");
    }
}
