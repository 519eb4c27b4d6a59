//! The statistics of hits: a share and its interval, the difference of two runs on the same questions, the correction for many
//! comparisons, and the score of answering without looking.

mod baseline;
mod cluster;
mod holm;
mod paired;
#[cfg(test)]
mod tests;
mod wilson;

pub use baseline::{Commonest, chance, commonest_answer};
pub(crate) use cluster::grow;
pub use cluster::{Cluster, ClusterSums, Clustered, label_cell};
pub use holm::holm;
pub use paired::{Paired, mcnemar_exact};
use serde::{Deserialize, Serialize};
pub use wilson::wilson_95;

/// A cell with fewer questions is greyed: its interval is wider than any difference a reader might see in it.
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

    /// The 95 % confidence interval of the share if the questions are independent; none without questions. Questions of a benchmark
    /// are not independent: see [`ClusterSums::interval`].
    pub fn interval(self) -> Option<Interval> {
        wilson_95(self.hits, self.n)
    }

    /// Whether there are fewer than [`MIN_N`] questions.
    pub const fn is_small(self) -> bool {
        self.n < MIN_N
    }
}

/// Bounds of a share, 0 to 1, or of a difference of two, -1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// Half its width. The share is not in the middle.
    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Whether it contains a value; the bounds count.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}
