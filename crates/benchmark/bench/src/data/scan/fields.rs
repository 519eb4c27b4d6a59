//! Where the fields of a tab-separated file begin and end.

use std::ops::Range;

use memchr::{memchr, memchr3};

/// Receives the parts of a file in their order.
pub(super) trait Fields {
    /// The next part of the current field, unquoted.
    fn content(&mut self, part: &[u8]);

    /// The current field ends. It was these bytes of the file, with its quotes.
    fn end_field(&mut self, range: Range<u64>);

    /// The current record ends; `is_open` if the file ended inside quotes.
    fn end_record(&mut self, is_open: bool);
}

/// Splits a file into records of fields as the `csv` crate does with tabs: a field may be quoted, and then contains quotes in
/// pairs, tabs and line breaks; records end with any of `\n`, `\r\n` and `\r`; empty lines are skipped. It takes the file in pieces
/// of any length and keeps none of them.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    state: State,
    n_bytes: u64,
    field_start: u64,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Between two records.
    #[default]
    Record,
    /// After a tab.
    Field,
    Unquoted,
    Quoted,
    /// After a quote inside quotes: either their end, or the first of a pair.
    Quote,
}

impl Splitter {
    /// Begins after `n_bytes` that belong to no field.
    pub(super) fn after(n_bytes: u64) -> Self {
        Self { n_bytes, ..Self::default() }
    }

    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, chunk: &[u8], fields: &mut impl Fields) {
        let mut rest = chunk;
        while let Some(&byte) = rest.first() {
            let n_taken = match self.state {
                State::Record if matches!(byte, b'\n' | b'\r') => 1,
                State::Record | State::Field => {
                    self.field_start = self.n_bytes;
                    let is_quoted = byte == b'"';
                    self.state = if is_quoted { State::Quoted } else { State::Unquoted };
                    usize::from(is_quoted)
                }
                State::Unquoted => self.unquoted(rest, fields),
                State::Quoted => {
                    let n = memchr(b'"', rest);
                    fields.content(&rest[..n.unwrap_or(rest.len())]);
                    n.map_or(rest.len(), |n| {
                        self.state = State::Quote;
                        n + 1
                    })
                }
                State::Quote if byte == b'"' => {
                    fields.content(&rest[..1]);
                    self.state = State::Quoted;
                    1
                }
                // Anything from the closing quote to the next tab belongs to the field.
                State::Quote => {
                    self.state = State::Unquoted;
                    0
                }
            };
            rest = &rest[n_taken..];
            self.n_bytes += n_taken as u64;
        }
    }

    fn unquoted(&mut self, rest: &[u8], fields: &mut impl Fields) -> usize {
        let end = memchr3(b'\t', b'\n', b'\r', rest);
        let n = end.unwrap_or(rest.len());
        if n > 0 {
            fields.content(&rest[..n]);
        }
        let Some(&delimiter) = rest.get(n) else { return n };
        fields.end_field(self.field_start..self.n_bytes + n as u64);
        if delimiter == b'\t' {
            self.state = State::Field;
        } else {
            fields.end_record(false);
            self.state = State::Record;
        }
        n + 1
    }

    /// The file ends.
    pub(super) fn finish(self, fields: &mut impl Fields) {
        let start = match self.state {
            State::Record => return,
            State::Field => self.n_bytes,
            State::Unquoted | State::Quoted | State::Quote => self.field_start,
        };
        fields.end_field(start..self.n_bytes);
        fields.end_record(matches!(self.state, State::Quoted));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Collected {
        records: Vec<Vec<Vec<u8>>>,
        record: Vec<Vec<u8>>,
        field: Vec<u8>,
        ranges: Vec<Range<u64>>,
        is_open: bool,
    }

    impl Fields for Collected {
        fn content(&mut self, part: &[u8]) {
            self.field.extend(part);
        }

        fn end_field(&mut self, range: Range<u64>) {
            self.record.push(std::mem::take(&mut self.field));
            self.ranges.push(range);
        }

        fn end_record(&mut self, is_open: bool) {
            self.records.push(std::mem::take(&mut self.record));
            self.is_open = is_open;
        }
    }

    fn collected<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Collected {
        let mut collected = Collected::default();
        let mut splitter = Splitter::default();
        for chunk in chunks {
            splitter.push(chunk, &mut collected);
        }
        splitter.finish(&mut collected);
        collected
    }

    fn csv_records(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b'\t').has_headers(false).flexible(true).from_reader(bytes);
        reader.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_bytes_cut_anywhere_are_split_as_csv_splits_them(
            text in r#"[ab"\t\n\r]{0,60}"#,
            n_bytes in 1usize..9,
        ) {
            let collected = collected(text.as_bytes().chunks(n_bytes));
            prop_assert_eq!(&collected.records, &csv_records(text.as_bytes()));
            let contents = collected.records.iter().flatten();
            for (range, content) in collected.ranges.iter().zip(contents) {
                let field = &text[range.start as usize..range.end as usize];
                let unquoted = !field.starts_with('"');
                prop_assert!(!unquoted || field.as_bytes() == &content[..], "{:?} at {:?}", content, range);
            }
        }
    }

    #[test]
    fn the_comparison_would_notice_a_wrong_field() {
        assert_ne!(collected([&b"a\tb\n"[..]]).records, csv_records(b"a\t\"b\t\"\n"));
    }

    #[test]
    fn a_field_knows_its_bytes_quotes_included() {
        let text = b"a\t\"b\"\"\tc\"\r\n\r\nd\t";
        let collected = collected([&text[..]]);
        let fields: Vec<&[u8]> =
            collected.ranges.iter().map(|range| &text[range.start as usize..range.end as usize]).collect();
        assert_eq!(fields, [&b"a"[..], b"\"b\"\"\tc\"", b"d", b""]);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told() {
        assert!(collected([&b"a\t\"b\tc\n"[..]]).is_open);
        assert!(!collected([&b"a\t\"b\tc\n\""[..]]).is_open);
        assert!(!collected([&b"a\tb\"c"[..]]).is_open, "a quote within an unquoted field is a character");
    }
}
