/// A text as the content of an element or of an attribute in double quotation marks. Characters that XML does not allow become
/// U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c < ' ' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The greatest width of a text in units of the picture, at this size in any usual sans-serif font.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.56 } else { 1.0 }).sum::<f64>() * size
}

/// The text in lines no wider than `most`, broken between words. A wider word gets its own line.
pub(super) fn wrapped(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(word, size) + size < most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The text, or its beginning with an ellipsis, no wider than `most`.
pub(super) fn shortened(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if width(&short, size) + 2.0 * size > most {
            break;
        }
        short.push(c);
    }
    short.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_have_no_meaning() {
        assert_eq!(escaped("<a b=\"c\">&'\n\u{1}"), "&lt;a b=&quot;c&quot;&gt;&amp;'  ");
    }

    #[test]
    fn lines_are_broken_between_words() {
        let lines = wrapped("one two three four", 10.0, 75.0);
        assert_eq!(lines, ["one two", "three four"]);
        assert_eq!(wrapped("unbreakable", 10.0, 5.0), ["unbreakable"]);
        assert!(wrapped("", 10.0, 5.0).is_empty());
    }

    #[test]
    fn a_text_too_wide_is_cut_and_says_so() {
        assert_eq!(shortened("short", 10.0, 100.0), "short");
        let cut = shortened(&"wide ".repeat(20), 10.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 10.0) <= 100.0, "{cut}");
    }
}
