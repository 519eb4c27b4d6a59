use super::{Match, Rule, phrase};
use crate::Letter;

/// VLMEvalKit writes this as the prediction if its own request failed.
const REQUEST_FAILED: &str = "Failed to obtain answer via API";

/// What models say when they decline to answer.
const REFUSALS: [&str; 4] = [
    "Sorry, I can't help with images of people yet.",
    "I can't process this file.",
    "I'm sorry, but without the image provided",
    "Cannot determine the answer",
];

/// Each becomes a space before the answer is split into words.
const PUNCTUATION: [char; 13] = ['.', '(', ')', '[', ']', ',', ':', ';', '!', '*', '#', '{', '}'];

/// From 2025 on, the letter must be one of this many last words.
const LAST_WORDS: usize = 4;

/// The option whose letter is a word of the answer, if it is the only one.
pub(super) fn infer(rule: Rule, prediction: &str, n_options: usize) -> Match {
    if prediction.contains(REQUEST_FAILED) {
        return Match::NotFound;
    }
    if REFUSALS.iter().any(|refusal| prediction.contains(refusal)) {
        return Match::Refused;
    }
    let words: Vec<&str> = prediction
        .split(|c| PUNCTUATION.contains(&c) || phrase::is_space(c))
        .filter(|word| !word.is_empty())
        .collect();
    // The first place of each letter; a letter that occurs twice counts once.
    let found: Vec<(Letter, usize)> = Letter::first(n_options)
        .filter_map(|letter| Some((letter, words.iter().position(|word| is_letter(word, letter))?)))
        .collect();
    match found[..] {
        [(letter, at)] if rule == Rule::VlmEval2024 || at + LAST_WORDS >= words.len() => {
            return Match::Option(letter);
        }
        [] if words.contains(&"Z") => return Match::Refused,
        _ => {}
    }
    let said = if rule == Rule::VlmEval2026Jun { phrase::answer_is(prediction) } else { None };
    said.filter(|letter| letter.index() < n_options).map_or(Match::NotFound, Match::Option)
}

fn is_letter(word: &str, letter: Letter) -> bool {
    let mut chars = word.chars();
    chars.next() == Some(letter.char()) && chars.next().is_none()
}
