//! How many tokens to have sampled beyond the one that is waited for.

/// More tokens under way than this cost more after the end of an answer than they gain.
const MAX_LAG: usize = 16;

/// Finds the lag at which the machine, and not the way of its tokens to the host, is what an answer waits for.
///
/// With `n` tokens under way one arrives every `s = max(g, (r + g) / n)` seconds, where `g` is what the machine takes for a step
/// and `r` what a token takes to the host. `s` is measured: of `n` tokens under way the last arrives after `n s` seconds. The
/// rule `lag = ceil(r / s) + 1` grows while `s` is bound by the way (`r / s` is nearly `n` then), and stands still once it is
/// bound by the machine, with one token more under way than the way is long.
///
/// Tokens are read one at a time: once a token is there, reading it waits for nothing, so several that have come together are read one
/// after the other without a pause, and none waits for a later one.
#[derive(Debug)]
pub(crate) struct Pace {
    lag: usize,
    n_arrived: usize,
    sum_secs: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { lag: 1, n_arrived: 0, sum_secs: 0.0 }
    }
}

impl Pace {
    /// Tokens to sample beyond the oldest that was not read yet.
    pub(crate) fn lag(&self, readback_secs: f64) -> usize {
        if readback_secs > 0.0 { self.lag } else { 0 }
    }

    /// A token arrived `after_secs` after it was recorded, when `n_under_way` were with itself.
    pub(crate) fn note(&mut self, readback_secs: f64, after_secs: f64, n_under_way: usize) {
        let n_at_lag = self.lag + 1;
        if n_under_way != n_at_lag {
            // Recorded before the lag changed, or at the beginning of an answer.
            return;
        }
        self.n_arrived += 1;
        self.sum_secs += after_secs / n_under_way as f64;
        // A browser that looks for finished work now and then lets tokens arrive in bursts: only a whole round has their rate.
        if self.n_arrived < n_at_lag {
            return;
        }
        let step_secs = self.sum_secs / self.n_arrived as f64;
        let n_on_the_way = (readback_secs / step_secs).ceil().min(MAX_LAG as f64) as usize;
        // One step back at a time: a round that a busy host made slow says little.
        let lag = (n_on_the_way + 1).clamp((self.lag - 1).max(1), MAX_LAG);
        *self = Self { lag, n_arrived: 0, sum_secs: 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_costs_nothing_to_read_is_read_at_once() {
        assert_eq!(Pace::default().lag(0.0), 0);
    }

    /// The lag after some rounds in which every token arrives as the formula says.
    fn settled(step_secs: f64, readback_secs: f64, n_rounds: usize) -> usize {
        let mut pace = Pace::default();
        for _ in 0..n_rounds {
            let n = pace.lag + 1;
            let secs_per_token = step_secs.max((readback_secs + step_secs) / n as f64);
            for _ in 0..n {
                pace.note(readback_secs, n as f64 * secs_per_token, n);
            }
        }
        pace.lag
    }

    #[test]
    fn the_lag_covers_the_way_and_no_more() {
        // 100 ms are ten steps of 10 ms; rounding may make eleven of them.
        assert!([11, 12].contains(&settled(0.01, 0.1, 20)), "{}", settled(0.01, 0.1, 20));
        assert_eq!(settled(0.03, 0.002, 20), 2);
        assert_eq!(settled(0.001, 0.1, 20), MAX_LAG);
        // It gets there in few rounds.
        assert!(settled(0.01, 0.1, 6) >= 11);
    }

    #[test]
    fn a_slow_round_takes_one_step_back() {
        let mut pace = Pace { lag: 11, ..Pace::default() };
        (0..12).for_each(|_| pace.note(0.1, 12.0, 12));
        assert_eq!(pace.lag, 10);
        // Those that were recorded before the change are not of the new round.
        (0..12).for_each(|_| pace.note(0.1, 0.12, 12));
        assert_eq!(pace.lag, 10);
    }

    #[test]
    fn a_clock_that_stands_still_is_no_division_by_zero() {
        let mut pace = Pace::default();
        (0..2).for_each(|_| pace.note(0.1, 0.0, 2));
        assert_eq!(pace.lag, MAX_LAG);
    }
}
