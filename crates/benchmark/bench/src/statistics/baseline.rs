use serde::{Deserialize, Serialize};

use super::Score;
use crate::{Letter, Question};

/// The share that guessing gets right: the mean of 1 over the number of options; none without questions.
pub fn chance<'a>(questions: impl IntoIterator<Item = &'a Question>) -> Option<f64> {
    let (n, sum) = questions.into_iter().fold((0_u32, 0.0), |(n, sum), q| (n + 1, sum + q.chance()));
    (n > 0).then(|| sum / f64::from(n))
}

/// The score of always giving the same letter, without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commonest {
    /// The commonest right answer, the first of equals.
    pub letter: Letter,
    /// How often it is right.
    pub score: Score,
}

/// The commonest right answer among the questions with a known answer; none if there are no such questions.
pub fn commonest_answer<'a>(questions: impl IntoIterator<Item = &'a Question>) -> Option<Commonest> {
    let mut counts = [0_u32; crate::MAX_OPTIONS];
    for letter in questions.into_iter().filter_map(|q| q.answer) {
        counts[letter.index()] += 1;
    }
    let n = counts.iter().sum();
    let mut commonest = None;
    for (letter, &hits) in Letter::first(counts.len()).zip(&counts) {
        if hits > commonest.map_or(0, |c: Commonest| c.score.hits) {
            commonest = Some(Commonest { letter, score: Score { hits, n } });
        }
    }
    commonest
}
