use std::borrow::Cow;

/// The most that a cell holds, in UTF-16 units, as spreadsheets count.
const MOST: usize = 32_767;

/// A text as a cell can hold it: line ends become line feeds, characters that XML does not allow become U+FFFD, and a text that is
/// too long is cut, with a note of its length.
pub(crate) fn cell_text(text: &str) -> Cow<'_, str> {
    let n_units = text.encode_utf16().count();
    if n_units <= MOST && !text.contains(is_refused) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace(is_refused, "\u{fffd}");
    let n_units = text.encode_utf16().count();
    if n_units <= MOST {
        return Cow::Owned(text);
    }
    let mark = format!(" […cut here: the whole text has {} characters]", text.chars().count());
    let room = MOST - mark.encode_utf16().count();
    let mut n_taken = 0;
    let fits = |c: &char| {
        n_taken += c.len_utf16();
        n_taken <= room
    };
    Cow::Owned(text.chars().take_while(fits).collect::<String>() + &mark)
}

/// The control characters and the two non-characters that XML 1.0 refuses, and the carriage return, which it does not keep.
fn is_refused(c: char) -> bool {
    (c < ' ' && c != '\n' && c != '\t') || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_text_stays_as_it_is() {
        for text in ["", "B. second\tpart\nline", "=SUM(A1)", "_x0041_", "…é😀"] {
            assert!(matches!(cell_text(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_xml_refuses_is_replaced() {
        assert_eq!(cell_text("a\0b\u{1b}c\u{ffff}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(cell_text("a\r\nb\rc"), "a\nb\nc");
    }

    #[test]
    fn a_text_too_long_is_cut_and_says_so() {
        assert_eq!(cell_text(&"a".repeat(MOST)).len(), MOST);
        for sign in ["a", "é", "😀"] {
            let long = sign.repeat(MOST + 1);
            let cut = cell_text(&long);
            let n_units = cut.encode_utf16().count();
            assert!(n_units <= MOST && n_units > MOST - 2, "{sign}: {n_units}");
            assert!(cut.ends_with(" […cut here: the whole text has 32768 characters]"), "{sign}");
        }
    }
}
