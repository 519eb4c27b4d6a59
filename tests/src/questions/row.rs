use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The columns of GMAI-MMBench's files, in their order.
const COLUMNS: [&str; 14] = [
    "index",
    "image",
    "question",
    "A",
    "B",
    "C",
    "D",
    "E",
    "answer",
    "category",
    "clinical VQA task",
    "department",
    "perceptual granularity",
    "modality",
];

/// One row of a data set. Fields are written as they are, so a test may quote them, also wrongly.
#[derive(Clone, Debug)]
pub struct Row(Vec<String>);

impl Row {
    /// A question about an image file, with four options of which this letter is right.
    pub fn new(index: u32, image: &[u8], answer: &str) -> Self {
        let index = index.to_string();
        let image = STANDARD.encode(image);
        let fields = [
            &index,
            &image,
            "Which organ is shown?",
            "liver",
            "spleen",
            "left kidney",
            "right kidney",
            "",
            answer,
            "organ",
            "Organ Recognition - Abdomen",
            "Urology",
            "Image level",
            "CT",
        ];
        Self(fields.map(str::to_owned).to_vec())
    }

    /// The same row with something else in a column.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn with(mut self, column: &str, text: impl Into<String>) -> Self {
        let at = COLUMNS.iter().position(|name| *name == column);
        #[expect(clippy::expect_used, reason = "a test names a column of the table above")]
        let at = at.expect("a column of the file");
        self.0[at] = text.into();
        self
    }

    /// The same row without its last fields.
    pub fn cut(mut self, n_fields: usize) -> Self {
        self.0.truncate(n_fields);
        self
    }

    pub(super) fn line(&self) -> String {
        self.0.join("\t")
    }
}

pub(super) fn header() -> String {
    COLUMNS.join("\t")
}

/// A file of these rows. `line_end` is `\n` or `\r\n`.
pub fn tsv(rows: &[Row], line_end: &str) -> String {
    let mut text = header();
    for row in rows {
        text.push_str(line_end);
        text.push_str(&row.line());
    }
    text + line_end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_a_field_for_each_column() {
        let row = Row::new(3, b"png", "B").with("department", "\"a\tb\"");
        assert_eq!(row.0.len(), COLUMNS.len());
        let text = tsv(&[row.clone(), row.cut(3)], "\r\n");
        assert_eq!(text.matches("\r\n").count(), 3);
        assert!(text.contains("\t\"a\tb\"\t") && text.ends_with("Which organ is shown?\r\n"), "{text}");
    }
}
