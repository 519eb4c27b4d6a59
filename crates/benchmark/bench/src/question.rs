use serde::{Deserialize, Serialize};

use crate::{Letter, MAX_OPTIONS};

/// One question about an image, without the image. Texts are the benchmark's own, untrimmed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its name within the data set. GMAI-MMBench numbers its questions from 0; other sets use words.
    pub index: String,
    /// What is asked.
    pub question: String,
    /// 2 to 26 texts in the order of their letters.
    pub options: Vec<String>,
    /// The right option; none if the data set withholds it, as GMAI-MMBench TEST does.
    pub answer: Option<Letter>,
    /// The label that is asked for.
    pub category: String,
    /// One of 18 in GMAI-MMBench: column `clinical VQA task`.
    pub clinical_task: String,
    /// One of 18, or empty.
    pub department: String,
    /// How a place in the image is pointed at, one of 4: column `perceptual granularity`.
    pub granularity: String,
    /// How the image was made.
    pub modality: String,
    /// The task of the data set that the question was made from: `CLS_2D`, `SEG_3D`.
    pub original_task: String,
}

/// Why a question cannot be asked or scored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// It has no text.
    #[error("the question's text is empty")]
    NoText,
    /// It has too few options, or more than there are letters.
    #[error("the question has {found} options; expected 2 to {MAX_OPTIONS}")]
    Options {
        /// How many.
        found: usize,
    },
    /// An option is empty.
    #[error("option {0} is empty")]
    EmptyOption(Letter),
    /// The answer is not one of the options.
    #[error("the answer is {answer}, but the question has only options A to {last}")]
    NoSuchOption {
        /// The letter given as right.
        answer: Letter,
        /// The last option's letter.
        last: Letter,
    },
}

impl Question {
    /// The option at a letter.
    pub fn option(&self, letter: Letter) -> Option<&str> {
        self.options.get(letter.index()).map(String::as_str)
    }

    /// The letters of its options.
    pub fn letters(&self) -> impl Iterator<Item = Letter> {
        Letter::first(self.options.len())
    }

    /// The same question with its options rotated by `by` places: the option at letter `i` is the one that was at `i + by`, wrapping
    /// round. The right answer moves with its option. VLMEvalKit's circular evaluation asks all rotations.
    pub fn rotated(&self, by: usize) -> Self {
        let n = self.options.len().max(1);
        let mut rotated = self.clone();
        rotated.options.rotate_left(by % n);
        rotated.answer = self.answer.and_then(|letter| Letter::of((letter.index() + n - by % n) % n));
        rotated
    }

    /// The share that guessing gets right: 1 over the number of options.
    pub fn chance(&self) -> f64 {
        1.0 / self.options.len().max(1) as f64
    }

    /// Whether it can be asked and scored.
    pub fn check(&self) -> Result<(), QuestionError> {
        let found = self.options.len();
        if self.question.trim().is_empty() {
            return Err(QuestionError::NoText);
        }
        let Some(last) = found.checked_sub(1).filter(|&last| last > 0).and_then(Letter::of) else {
            return Err(QuestionError::Options { found });
        };
        if let Some((letter, _)) = self.letters().zip(&self.options).find(|(_, text)| text.trim().is_empty())
        {
            return Err(QuestionError::EmptyOption(letter));
        }
        match self.answer {
            Some(answer) if answer > last => Err(QuestionError::NoSuchOption { answer, last }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(options: &[&str], answer: char) -> Question {
        Question {
            question: "Which organ?".into(),
            options: options.iter().map(ToString::to_string).collect(),
            answer: Letter::try_from(answer).ok(),
            ..Question::default()
        }
    }

    #[test]
    fn checks_name_what_is_wrong() {
        assert_eq!(question(&["a", "b"], 'B').check(), Ok(()));
        assert_eq!(question(&["a", "b"], '?').check(), Ok(()), "an unknown answer is no error");
        assert_eq!(question(&["a"], 'A').check(), Err(QuestionError::Options { found: 1 }));
        assert_eq!(question(&[], '?').check(), Err(QuestionError::Options { found: 0 }));
        assert_eq!(question(&["x"; 27], 'A').check(), Err(QuestionError::Options { found: 27 }));
        assert_eq!(question(&["x"; 26], 'Z').check(), Ok(()));
        assert_eq!(
            question(&["a", " "], 'A').check(),
            Err(QuestionError::EmptyOption(Letter::of(1).unwrap()))
        );
        let error = question(&["a", "b", "c"], 'D').check().unwrap_err();
        assert_eq!(error.to_string(), "the answer is D, but the question has only options A to C");
        assert_eq!(
            Question { question: "\n".into(), ..question(&["a", "b"], 'A') }.check(),
            Err(QuestionError::NoText)
        );
    }

    #[test]
    fn the_right_answer_moves_with_its_option() {
        let q = question(&["a", "b", "c"], 'B');
        for by in 0..7 {
            let rotated = q.rotated(by);
            assert_eq!(rotated.option(rotated.answer.unwrap()), Some("b"), "rotated by {by}");
        }
        assert_eq!(q.rotated(1).options, ["b", "c", "a"]);
        assert_eq!(q.rotated(3), q);
        assert_eq!(Question::default().rotated(1), Question::default());
    }

    #[test]
    fn options_are_found_by_letter() {
        let q = question(&["liver", "spleen"], 'B');
        assert_eq!(q.option(Letter::of(1).unwrap()), Some("spleen"));
        assert_eq!(q.option(Letter::of(2).unwrap()), None);
        assert_eq!(q.chance(), 0.5);
    }
}
