use std::ops::Range;

/// What a `Content-Range` header says: `bytes 0-99/1234`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// The bytes that follow.
    pub range: Range<u64>,
    /// The length of the whole file; `None` if the host does not say (`*`).
    pub n_total: Option<u64>,
}

/// Why an answer is not the part of the file that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThePart {
    /// Another status than 206. With 200 the whole file follows.
    #[error("the host answered with status {0}; expected 206, a part of the file")]
    Status(u16),
    /// No `Content-Range` header, or one that makes no sense.
    #[error("the host sent a part of the file without saying which (Content-Range: {0})")]
    Unclear(String),
    /// Other bytes.
    #[error("the host sent bytes {} to {} where {} to {} were asked for", found.start, found.end, asked.start, asked.end)]
    Other {
        /// The bytes that were asked for.
        asked: Range<u64>,
        /// The bytes that follow.
        found: Range<u64>,
    },
}

impl ContentRange {
    /// Reads the header's value; `None` unless it names at least one byte, within the file.
    pub fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let range = number(first)?..number(last)?.checked_add(1)?;
        let n_total = if total == "*" { None } else { Some(number(total)?) };
        let is_within = n_total.is_none_or(|n_total| range.end <= n_total);
        (!range.is_empty() && is_within).then_some(Self { range, n_total })
    }

    /// Which part an answer is. It may end before what was asked for, as the file may.
    pub(super) fn of(status: u16, header: Option<&str>, asked: &Range<u64>) -> Result<Self, NotThePart> {
        if status != 206 {
            return Err(NotThePart::Status(status));
        }
        let found = header.and_then(Self::parse);
        let found = found.ok_or_else(|| NotThePart::Unclear(header.unwrap_or("none").to_owned()))?;
        if found.range.start != asked.start || found.range.end > asked.end {
            return Err(NotThePart::Other { asked: asked.clone(), found: found.range });
        }
        Ok(found)
    }
}

/// Digits only: Rust would also take a sign.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_header_is_read_if_it_makes_sense() {
        let part = |range, n_total| Some(ContentRange { range, n_total });
        assert_eq!(ContentRange::parse("bytes 0-0/12345"), part(0..1, Some(12345)));
        assert_eq!(ContentRange::parse(" bytes 10-19/* "), part(10..20, None));
        assert_eq!(ContentRange::parse("bytes 0-99/100"), part(0..100, Some(100)));
        let wrong = [
            "",
            "bytes",
            "bytes */100",
            "bytes 0-100/100",
            "bytes 5-4/100",
            "bytes -5-4/100",
            "bytes +1-4/100",
            "bytes 0-/100",
            "bytes 0-9",
            "bytes 0-9/",
            "bytes 0-9/ten",
            "items 0-9/100",
            "bytes 0-18446744073709551615/*",
        ];
        for text in wrong {
            assert_eq!(ContentRange::parse(text), None, "{text:?}");
        }
    }

    #[wasm_bindgen_test]
    fn only_a_part_that_was_asked_for_is_taken() {
        let of = |status, header, asked| ContentRange::of(status, header, &asked);
        assert_eq!(of(206, Some("bytes 10-19/50"), 10..20).unwrap().n_total, Some(50));
        // The file ends within what was asked for.
        assert_eq!(of(206, Some("bytes 40-49/50"), 40..60).unwrap().range, 40..50);
        assert_eq!(of(200, Some("bytes 10-19/50"), 10..20), Err(NotThePart::Status(200)));
        assert_eq!(of(206, None, 10..20), Err(NotThePart::Unclear("none".into())));
        for (header, found) in [("bytes 9-18/50", 9..19), ("bytes 10-20/50", 10..21), ("bytes 0-9/50", 0..10)]
        {
            let error = of(206, Some(header), 10..20).unwrap_err();
            assert_eq!(error, NotThePart::Other { asked: 10..20, found }, "{header}");
        }
        let message = of(206, Some("bytes 0-9/50"), 10..20).unwrap_err().to_string();
        assert_eq!(message, "the host sent bytes 0 to 10 where 10 to 20 were asked for");
    }
}
