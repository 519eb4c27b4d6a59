use super::{Clustered, Interval, Z_95};

/// Two runs on the same questions, fed question by question.
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

    /// The difference's standard error, questions of one label cell taken as belonging together; none with fewer than two cells.
    pub fn standard_error(&self) -> Option<f64> {
        self.differences.standard_error()
    }

    /// Where the true difference lies with 95 % confidence: 1.96 standard errors to each side. None where that says nothing: with
    /// fewer than two label cells, or where the runs differ by the same in all of them.
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

/// How likely two equally good runs are to split so unevenly, or more so, the questions that only one of them got right: McNemar's
/// exact test, two-sided, which is a binomial test of one half. It takes questions as independent.
pub fn mcnemar_exact(only_first: u32, only_second: u32) -> f64 {
    let n = only_first + only_second;
    let least = only_first.min(only_second);
    if least == n - least {
        return 1.0;
    }
    // The likelihood of exactly `least`, C(n, least) / 2^n. Halvings come between the factors: 2^n alone has no f64 beyond n = 1023.
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
    // Those of fewer, each from the one above it.
    let mut tail = 0.0;
    for i in (0..=least).rev() {
        tail += likelihood;
        likelihood *= f64::from(i) / f64::from(n - i + 1);
    }
    (2.0 * tail).min(1.0)
}
