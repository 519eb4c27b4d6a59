//! Lines of comma- or tab-separated fields, quoted as RFC 4180 has it and every reader of such files expects.

/// Appends one line, ended by a line feed.
pub(crate) fn push_line<T: AsRef<str>>(
    out: &mut String,
    delimiter: char,
    fields: impl IntoIterator<Item = T>,
) {
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            out.push(delimiter);
        }
        push_field(out, delimiter, field.as_ref());
    }
    out.push('\n');
}

fn push_field(out: &mut String, delimiter: char, field: &str) {
    if !field.contains([delimiter, '"', '\n', '\r']) {
        out.push_str(field);
        return;
    }
    out.push('"');
    for c in field.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let mut out = String::new();
        push_line(&mut out, ',', ["a", "", "b,c", "say \"so\"", "two\nlines", "tab\t"]);
        assert_eq!(out, "a,,\"b,c\",\"say \"\"so\"\"\",\"two\nlines\",tab\t\n");
        out.clear();
        push_line(&mut out, '\t', ["b,c", "tab\t", "cr\r"]);
        assert_eq!(out, "b,c\t\"tab\t\"\t\"cr\r\"\n");
    }

    #[test]
    fn an_independent_reader_gets_the_same_fields_back() {
        let fields = ["", "\"", "\"\"", ",\t", "\r\n", "liver", "\"quoted\"", " spaced "];
        for (delimiter, byte) in [(',', b','), ('\t', b'\t')] {
            let mut out = String::new();
            push_line(&mut out, delimiter, fields);
            push_line(&mut out, delimiter, fields);
            let mut reader =
                csv::ReaderBuilder::new().delimiter(byte).has_headers(false).from_reader(out.as_bytes());
            let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(lines.len(), 2);
            assert!(lines.iter().all(|line| line.iter().eq(fields)), "{lines:?}");
        }
    }
}
