//! The columns of the benchmark's files, which several exports share.

use crate::{Grouping, Letter, Question};

/// Columns A to E are always there; more only if a question has more options.
const N_OPTIONS: usize = 5;

/// The letters that a file with these questions has columns for.
pub fn option_columns<'a>(questions: impl Iterator<Item = &'a Question>) -> Vec<Letter> {
    let most = questions.map(|question| question.options.len()).max().unwrap_or_default();
    Letter::first(most.max(N_OPTIONS)).collect()
}

/// The names of the benchmark's columns in their order, without `image`: `index`, `question`, these options, `answer`, `category`,
/// `clinical VQA task`, `department`, `perceptual granularity`, `modality`, `original task`.
pub fn column_names(options: &[Letter]) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    [
        words(&["index", "question"]),
        options.iter().map(Letter::to_string).collect(),
        words(&["answer", "category"]),
        words(&Grouping::ALL.map(Grouping::column)),
        words(&["modality", "original task"]),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_options_have_columns_and_more_if_a_question_has_them() {
        let question = |n| Question { options: vec!["x".into(); n], ..Question::default() };
        for (n, last) in [(0, 'E'), (2, 'E'), (5, 'E'), (7, 'G')] {
            let letters = option_columns([question(2), question(n)].iter());
            assert_eq!(letters.last().map(|letter| letter.char()), Some(last), "{n}");
        }
        assert_eq!(option_columns(std::iter::empty()).len(), 5);
    }
}
