use std::collections::VecDeque;

/// The latest answers that an estimate is made from: enough to be steady, few enough to follow a change.
const N_RECENT: usize = 20;

/// What the answers of a run take, by a clock that is passed in; only differences count. Pauses are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    since_secs: Option<f64>,
    elapsed_secs: f64,
    recent_secs: VecDeque<f64>,
}

impl Pace {
    /// Of answers that took so long and are there already.
    pub(super) fn after(elapsed_secs: f64) -> Self {
        Self { elapsed_secs, ..Self::default() }
    }

    /// Begins to count, unless it does already.
    pub(super) fn begin(&mut self, now_secs: f64) {
        self.since_secs.get_or_insert(now_secs);
    }

    /// An answer is there; what comes next counts on from here.
    pub(super) fn note_answer(&mut self, now_secs: f64) {
        let Some(since) = self.since_secs.replace(now_secs) else { return };
        let secs = (now_secs - since).max(0.0);
        self.elapsed_secs += secs;
        self.recent_secs.push_back(secs);
        if self.recent_secs.len() > N_RECENT {
            self.recent_secs.pop_front();
        }
    }

    /// Nothing counts until the next [`Self::begin`], and what was begun since the last answer does not.
    pub(super) fn rest(&mut self) {
        self.since_secs = None;
    }

    /// Time that the answers took.
    pub const fn elapsed_secs(&self) -> f64 {
        self.elapsed_secs
    }

    /// Of the latest answers; `None` before the first.
    pub fn questions_per_min(&self) -> Option<f64> {
        let secs: f64 = self.recent_secs.iter().sum();
        (secs > 0.0).then(|| 60.0 * self.recent_secs.len() as f64 / secs)
    }

    /// What so many further questions will take at this pace; `None` before the first answer.
    pub fn remaining_secs(&self, n_questions: u32) -> Option<f64> {
        self.questions_per_min().map(|per_min| 60.0 * f64::from(n_questions) / per_min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_do_not_count() {
        let mut pace = Pace::default();
        assert_eq!(pace.questions_per_min(), None);
        pace.begin(100.0);
        pace.note_answer(102.0);
        pace.note_answer(104.0);
        pace.rest();
        pace.begin(1000.0);
        pace.note_answer(1002.0);
        assert_eq!((pace.elapsed_secs(), pace.questions_per_min()), (6.0, Some(30.0)));
        assert_eq!(pace.remaining_secs(15), Some(30.0));
    }

    #[test]
    fn an_answer_that_is_on_its_way_counts_as_a_whole() {
        let mut pace = Pace::default();
        pace.begin(0.0);
        pace.begin(5.0);
        pace.note_answer(6.0);
        assert_eq!(pace.elapsed_secs(), 6.0);
    }

    #[test]
    fn an_estimate_follows_the_latest_answers() {
        let mut pace = Pace::default();
        pace.begin(0.0);
        for second in [1_000.0, 2_000.0].into_iter().chain((1..=20).map(|n| 2_000.0 + f64::from(n))) {
            pace.note_answer(second);
        }
        assert_eq!(pace.questions_per_min(), Some(60.0));
        assert_eq!(pace.elapsed_secs(), 2_020.0);
    }
}
