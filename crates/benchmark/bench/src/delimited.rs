//! Comma- or tab-separated text, quoted as RFC 4180 has it.

/// The lines that `write` writes, each ended by a line feed. Lines may differ in their number of fields.
pub(crate) fn text(
    delimiter: u8,
    write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
) -> String {
    let mut lines = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
    let written = write(&mut lines).ok().and_then(|()| String::from_utf8(lines.into_inner().ok()?).ok());
    #[expect(clippy::expect_used, reason = "memory takes every byte, and quoted UTF-8 is still UTF-8")]
    written.expect("UTF-8 in memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(delimiter: u8, lines: &[&[&str]]) -> String {
        text(delimiter, |out| lines.iter().try_for_each(|line| out.write_record(*line)))
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(
            lines(b',', &[&["a", "", "b,c", "say \"so\"", "two\nlines", "tab\t"]]),
            "a,,\"b,c\",\"say \"\"so\"\"\",\"two\nlines\",tab\t\n"
        );
        assert_eq!(lines(b'\t', &[&["b,c", "tab\t", "cr\r"]]), "b,c\t\"tab\t\"\t\"cr\r\"\n");
    }

    #[test]
    fn a_reader_gets_the_same_fields_back() {
        let fields = ["", "\"", "\"\"", ",\t", "\r\n", "liver", "\"quoted\"", " spaced "];
        for delimiter in [b',', b'\t'] {
            let out = lines(delimiter, &[&fields, &fields[1..]]);
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(delimiter)
                .has_headers(false)
                .flexible(true)
                .from_reader(out.as_bytes());
            let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(lines.len(), 2);
            assert!(
                lines[0].iter().eq(fields) && lines[1].iter().eq(fields[1..].iter().copied()),
                "{lines:?}"
            );
        }
    }
}
