use super::{Clustered, Interval, Z_95};

/// Two runs on the same questions, added question by question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paired {
    /// Questions that both got right.
    pub n_both: u32,
    /// Those that only the first got right.
    pub n_only_first: u32,
    /// Those that only the second got right.
    pub n_only_second: u32,
    /// Those that both got wrong.
    pub n_neither: u32,
    differences: Clustered,
}

impl Paired {
    /// Counts a question of the label cell with this name.
    pub fn add(&mut self, cell: &str, first: bool, second: bool) {
        let count = match (first, second) {
            (true, true) => &mut self.n_both,
            (true, false) => &mut self.n_only_first,
            (false, true) => &mut self.n_only_second,
            (false, false) => &mut self.n_neither,
        };
        *count += 1;
        self.differences.add(cell, i32::from(first) - i32::from(second));
    }

    /// Questions.
    pub const fn n(&self) -> u32 {
        self.differences.n()
    }

    /// Right answers of the first and of the second.
    pub const fn hits(&self) -> [u32; 2] {
        [self.n_both + self.n_only_first, self.n_both + self.n_only_second]
    }

    /// The first run's accuracy less the second's, -1 to 1; none without questions.
    pub fn difference(&self) -> Option<f64> {
        self.differences.mean()
    }

    /// The difference's standard error, clustered by label cell; none with fewer than two cells.
    pub fn standard_error(&self) -> Option<f64> {
        self.differences.standard_error()
    }

    /// The 95 % confidence interval of the difference: 1.96 standard errors to each side. None with fewer than two label cells, or if
    /// the runs differ by the same amount in all of them.
    pub fn interval(&self) -> Option<Interval> {
        let difference = self.difference()?;
        let reach = Z_95 * self.standard_error().filter(|&error| error > 0.0)?;
        Some(Interval { low: (difference - reach).max(-1.0), high: (difference + reach).min(1.0) })
    }

    /// McNemar's exact test: see [`mcnemar_exact`].
    pub fn p_value(&self) -> f64 {
        mcnemar_exact(self.n_only_first, self.n_only_second)
    }
}

/// McNemar's exact test, two-sided: the probability that two equally good runs split the questions that only one of them got right
/// at least this unevenly, which is a binomial test of one half. It treats questions as independent.
pub fn mcnemar_exact(only_first: u32, only_second: u32) -> f64 {
    let n = only_first + only_second;
    let least = only_first.min(only_second);
    if least == n - least {
        return 1.0;
    }
    // The probability of exactly `least`, C(n, least) / 2^n. The halvings come between the factors, since 2^n exceeds f64 from
    // n = 1024 on.
    let mut n_halvings = n;
    let mut likelihood = 1.0_f64;
    for i in 0..least {
        likelihood *= f64::from(n - i) / f64::from(i + 1);
        while likelihood > 1.0 && n_halvings > 0 {
            likelihood *= 0.5;
            n_halvings -= 1;
        }
    }
    likelihood *= 0.5_f64.powf(f64::from(n_halvings));
    // The probabilities of fewer, each from the one before.
    let mut tail = 0.0;
    for i in (0..=least).rev() {
        tail += likelihood;
        likelihood *= f64::from(i) / f64::from(n - i + 1);
    }
    (2.0 * tail).min(1.0)
}
