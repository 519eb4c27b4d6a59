use crate::Letter;

/// The letter in the first `answer is X`, in any case, with stars before it: VLMEvalKit's
/// `(?i)(?:correct\s+)?answer\s+is\s+\**([ABCD])\**`. It does not accept E, and the letter may begin a longer word: `answer is a
/// polyp` is A.
pub(super) fn answer_is(prediction: &str) -> Option<Letter> {
    const ANSWER: &str = "answer";
    prediction.char_indices().find_map(|(at, _)| {
        let rest = strip_ignoring_case(&prediction[at..], ANSWER)?;
        let rest = strip_ignoring_case(strip_spaces(rest)?, "is")?;
        let letter = strip_spaces(rest)?.trim_start_matches('*').chars().next()?;
        Letter::try_from(letter.to_ascii_uppercase()).ok().filter(|letter| letter.index() < 4)
    })
}

/// White space in the sense of Python's `str.split` and `\s`: Unicode's, and the four ASCII separators.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn strip_ignoring_case<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

/// The rest of the text after its leading white space; none if there is none.
fn strip_spaces(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(is_space);
    (rest.len() < text.len()).then_some(rest)
}
