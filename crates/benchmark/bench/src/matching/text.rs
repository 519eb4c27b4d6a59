use super::Rule;
use crate::Letter;

/// The option whose text the answer contains, ignoring case, if it is the only one.
pub(super) fn infer(rule: Rule, prediction: &str, options: &[impl AsRef<str>]) -> Option<Letter> {
    let prediction = prediction.to_lowercase();
    if rule != Rule::VlmEval2024 && is_long(&prediction, options) {
        return None;
    }
    let mut found = Letter::first(options.len())
        .zip(options)
        .filter(|(_, option)| prediction.contains(&option.as_ref().to_lowercase()));
    match (found.next(), found.next()) {
        (Some((letter, _)), None) => Some(letter),
        _ => None,
    }
}

/// From 2025 on: longer than twice all options together, in characters.
fn is_long(prediction: &str, options: &[impl AsRef<str>]) -> bool {
    let n_chars: usize = options.iter().map(|option| option.as_ref().chars().count()).sum();
    prediction.chars().count() > 2 * n_chars
}
