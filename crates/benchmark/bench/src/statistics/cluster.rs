use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::wilson::wilson;
use super::{Interval, Score};
use crate::{Grouping, Question};

/// The label cell of a question: its label, clinical task, department, modality and granularity. GMAI-MMBench has five questions of
/// most cells, with the same options. A model that knows the label gets most of them right and another gets none, so they are one
/// cluster. A cell lies within one group of each [`Grouping`].
pub fn label_cell(question: &Question) -> String {
    let [task, department, granularity] = Grouping::ALL.map(|grouping| grouping.group_of(question));
    [&question.category, task, department, &question.modality, granularity].join("\t")
}

/// The values of one cluster so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The sum of its values: its hits, or the differences between two runs' hits.
    pub total: i32,
    /// How many values.
    pub n: u32,
}

/// Sums over clusters, from which the standard error of the mean of all values follows. Whole numbers, exact up to 2^53.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterSums {
    /// Clusters with a value.
    pub n_clusters: u32,
    /// The sum of squared totals.
    pub totals_squared: f64,
    /// The sum of total times n.
    pub totals_times_n: f64,
    /// The sum of n squared.
    pub n_squared: f64,
}

impl ClusterSums {
    /// Counts one more value of a cluster that was `cluster` until now; a new cluster has 0 values.
    pub fn add(&mut self, cluster: Cluster, value: i32) {
        let (total, n) = (f64::from(cluster.total), f64::from(cluster.n));
        let value = f64::from(value);
        self.n_clusters += u32::from(cluster.n == 0);
        self.totals_squared += value * (2.0 * total + value);
        self.totals_times_n += total + value * (n + 1.0);
        self.n_squared += 2.0 * n + 1.0;
    }

    /// The standard error of the mean of all `n` values, whose sum is `total`: cluster-robust, with the correction G / (G - 1) for G
    /// clusters, as in least squares on a constant (statsmodels' `cov_type="cluster"`). None with fewer than two clusters.
    pub fn standard_error(&self, total: f64, n: f64) -> Option<f64> {
        if self.n_clusters < 2 {
            return None;
        }
        // The sum over clusters of (n total_g - total n_g)^2; divided by n^2, it is the sum of their squared residuals.
        let residuals = n * (n * self.totals_squared - 2.0 * total * self.totals_times_n)
            + total * total * self.n_squared;
        let g = f64::from(self.n_clusters);
        Some((g / (g - 1.0) * residuals.max(0.0)).sqrt() / (n * n))
    }

    /// The 95 % confidence interval of a share, clustered; none without questions.
    ///
    /// It is Wilson's interval and never the textbook's p ± 1.96 SE, which is too narrow at small n, goes below 0 and above 1, and has
    /// no width if nothing or everything was right. Wilson's formula takes a number of questions instead of a standard error, so it
    /// gets the number of independent questions that would have the same standard error, p (1 - p) / SE^2, but at most n. If the
    /// clusters do not differ at all, as when nothing or everything was right, that number does not exist, and each cluster counts as
    /// one question. If every cluster has one question, this is Wilson's interval at n.
    pub fn interval(&self, score: Score) -> Option<Interval> {
        let p = score.accuracy()?;
        let n = f64::from(score.n);
        // Without clusters, nothing is known about dependence.
        if self.n_clusters == 0 || self.n_clusters >= score.n {
            return Some(wilson(p, n));
        }
        let standard_error = self.standard_error(f64::from(score.hits), n).filter(|&error| error > 0.0);
        let n_effective = match standard_error {
            Some(error) => p * (1.0 - p) / (error * error),
            None => f64::from(self.n_clusters),
        };
        Some(wilson(p, n_effective.min(n)))
    }
}

/// Values in clusters, added one by one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clustered {
    clusters: BTreeMap<String, Cluster>,
    sums: ClusterSums,
    total: f64,
    n: u32,
}

impl Clustered {
    /// Counts a value of the cluster with this name.
    pub fn add(&mut self, cluster: &str, value: i32) {
        self.total += f64::from(value);
        self.n += 1;
        grow(&mut self.clusters, cluster, value, |before| self.sums.add(before, value));
    }

    /// How many values.
    pub const fn n(&self) -> u32 {
        self.n
    }

    /// The sums over its clusters.
    pub const fn sums(&self) -> &ClusterSums {
        &self.sums
    }

    /// Their mean; none without values.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.total / f64::from(self.n))
    }

    /// The mean's standard error; none with fewer than two clusters.
    pub fn standard_error(&self) -> Option<f64> {
        self.sums.standard_error(self.total, f64::from(self.n))
    }
}

/// Counts a value in a map of clusters and returns what its cluster was before.
pub(crate) fn grow(
    clusters: &mut BTreeMap<String, Cluster>,
    name: &str,
    value: i32,
    mut tell: impl FnMut(Cluster),
) {
    let cluster = match clusters.get_mut(name) {
        Some(cluster) => cluster,
        None => clusters.entry(name.to_owned()).or_default(),
    };
    tell(*cluster);
    cluster.total += value;
    cluster.n += 1;
}
