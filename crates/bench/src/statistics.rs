use serde::{Deserialize, Serialize};

use crate::{Letter, Question};

/// A cell with fewer questions is greyed: its interval is wider than any difference one would read into it.
pub const MIN_N: u32 = 30;

/// The 0.975 quantile of the standard normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// Hits among questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Right answers.
    pub hits: u32,
    /// Questions.
    pub n: u32,
}

impl Score {
    /// Share of right answers, 0 to 1; none without questions.
    pub fn accuracy(self) -> Option<f64> {
        (self.n > 0).then(|| f64::from(self.hits) / f64::from(self.n))
    }

    /// Where the true share lies with 95 % confidence; none without questions.
    pub fn interval(self) -> Option<Interval> {
        wilson_95(self.hits, self.n)
    }

    /// Whether there are fewer than [`MIN_N`] questions.
    pub const fn is_small(self) -> bool {
        self.n < MIN_N
    }
}

/// Bounds of a share, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// Half its width; the share itself is not in its middle.
    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// Wilson's 95 % score interval, without continuity correction (Wilson 1927, JASA 22, 209-212); none for `n` = 0. Unlike the
/// textbook interval it keeps its promise at small `n` and near 0 and 1. It takes questions as independent.
pub fn wilson_95(hits: u32, n: u32) -> Option<Interval> {
    if n == 0 {
        return None;
    }
    let n = f64::from(n);
    let p = f64::from(hits) / n;
    let z2_over_n = Z_95 * Z_95 / n;
    let centre = p + z2_over_n / 2.0;
    let spread = Z_95 * (p * (1.0 - p) / n + z2_over_n / (4.0 * n)).sqrt();
    let scale = 1.0 + z2_over_n;
    // At 0 and n hits a bound is 0 or 1 exactly; rounding must not carry it beyond.
    Some(Interval { low: ((centre - spread) / scale).max(0.0), high: ((centre + spread) / scale).min(1.0) })
}

/// The share that guessing gets right: the mean of 1 over the number of options; none without questions.
pub fn chance<'a>(questions: impl IntoIterator<Item = &'a Question>) -> Option<f64> {
    let (n, sum) = questions.into_iter().fold((0_u32, 0.0), |(n, sum), q| (n + 1, sum + q.chance()));
    (n > 0).then(|| sum / f64::from(n))
}

/// What one gets who looks at nothing and always gives the same letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commonest {
    /// The commonest right answer; of equals the first.
    pub letter: Letter,
    /// How often it is right.
    pub score: Score,
}

/// The commonest right answer among questions whose answer is known; none without any.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn question(n_options: usize, answer: Option<char>) -> Question {
        Question {
            options: vec!["x".into(); n_options],
            answer: answer.map(|c| Letter::try_from(c).unwrap()),
            ..Question::default()
        }
    }

    #[track_caller]
    fn assert_interval(hits: u32, n: u32, low: f64, high: f64) {
        let found = wilson_95(hits, n).unwrap();
        // The expected values are given to twelve places.
        assert!(
            (found.low - low).abs() < 1e-11 && (found.high - high).abs() < 1e-11,
            "{hits}/{n}: {found:?}"
        );
    }

    /// `scipy.stats.binomtest(k, n).proportion_ci(0.95, 'wilson')`, SciPy 1.17.1.
    #[test]
    fn wilson_is_that_of_statistics_libraries() {
        assert_interval(0, 10, 0.000_000_000_000, 0.277_532_799_863);
        assert_interval(1, 1, 0.206_549_314_377, 1.000_000_000_000);
        assert_interval(8, 10, 0.490_162_471_537, 0.943_317_848_546);
        assert_interval(10, 10, 0.722_467_200_137, 1.000_000_000_000);
        assert_interval(15, 50, 0.191_035_535_009, 0.437_503_504_645);
        assert_interval(336, 360, 0.902_722_088_228, 0.954_794_262_469);
        assert_interval(2114, 4550, 0.450_159_523_485, 0.479_130_944_154);
    }

    #[test]
    #[should_panic(expected = "8/10")]
    fn a_wrong_interval_is_noticed() {
        // The textbook (Wald) interval.
        assert_interval(8, 10, 0.552_0, 1.0);
    }

    #[test]
    fn nothing_has_no_share() {
        assert_eq!(wilson_95(0, 0), None);
        assert_eq!(Score::default().accuracy(), None);
        assert_eq!(chance([]), None);
        assert_eq!(commonest_answer([]), None);
        assert_eq!(commonest_answer([&question(3, None)]), None);
    }

    #[test]
    fn small_is_below_thirty() {
        assert!(Score { hits: 29, n: 29 }.is_small());
        assert!(!Score { hits: 0, n: 30 }.is_small());
    }

    #[test]
    fn chance_is_the_mean_of_reciprocals() {
        let found = chance([&question(2, None), &question(4, None), &question(5, None)]).unwrap();
        assert!((found - 0.95 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn the_commonest_answer_is_counted_among_the_known() {
        let questions = ["B", "A", "B", "C", "A", "B"].map(|c| question(3, c.chars().next()));
        let unknown = question(3, None);
        let found = commonest_answer(questions.iter().chain([&unknown])).unwrap();
        assert_eq!((found.letter.char(), found.score), ('B', Score { hits: 3, n: 6 }));
        let tie = ["C", "B"].map(|c| question(3, c.chars().next()));
        assert_eq!(commonest_answer(&tie).unwrap().letter.char(), 'B');
    }
}
