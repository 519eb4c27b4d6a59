use std::collections::VecDeque;

/// A rate is that of the last seconds: long enough to be steady, short enough to follow a change.
const WINDOW_SECS: f64 = 6.0;
/// Before this much was seen no rate is told.
const LEAST_SECS: f64 = 0.5;

/// Bytes per second over the last seconds, by a clock that is passed in; only differences count.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pace {
    seen: VecDeque<(f64, u64)>,
}

impl Pace {
    /// So many bytes were there by now. Fewer than before begin anew.
    pub(super) fn note(&mut self, n_bytes: u64, now_secs: f64) {
        if self.seen.back().is_some_and(|(_, before)| *before > n_bytes) {
            self.seen.clear();
        }
        self.seen.push_back((now_secs, n_bytes));
        // The one before the window's edge stays, so that the window is full.
        while self.seen.get(1).is_some_and(|(secs, _)| now_secs - secs >= WINDOW_SECS) {
            self.seen.pop_front();
        }
    }

    /// Nothing was seen yet.
    pub(super) fn rest(&mut self) {
        self.seen.clear();
    }

    /// `None` before it can be told.
    pub(super) fn bytes_per_sec(&self) -> Option<f64> {
        let ((from_secs, from), (to_secs, to)) = (self.seen.front()?, self.seen.back()?);
        let secs = to_secs - from_secs;
        (secs >= LEAST_SECS).then(|| (to - from) as f64 / secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_follows_a_change_within_seconds() {
        let mut pace = Pace::default();
        pace.note(0, 10.0);
        assert_eq!(pace.bytes_per_sec(), None);
        (1..=10).for_each(|n| pace.note(n * 1000, 10.0 + n as f64));
        assert_eq!(pace.bytes_per_sec(), Some(1000.0));
        (1..=7).for_each(|n| pace.note(10_000 + n * 4000, 20.0 + n as f64));
        assert_eq!(pace.bytes_per_sec(), Some(4000.0));
        pace.note(5, 28.0);
        assert_eq!(pace.bytes_per_sec(), None, "another file, or from its beginning");
        pace.note(9, 28.1);
        assert_eq!(pace.bytes_per_sec(), None, "too short to tell");
    }
}
