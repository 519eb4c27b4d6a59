//! The statistics against statsmodels' and SciPy's: see `tests/golden/statistics`.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking, as it does")]

use bench::{Cluster, ClusterSums, Clustered, Interval, Paired, Score, holm, mcnemar_exact, wilson_95};
use serde::Deserialize;

/// Relative to the expected value, or absolute if that is less than 1. Two orders of summation differ by less than 1e-13.
const TOLERANCE: f64 = 1e-11;

#[derive(Deserialize)]
struct Golden {
    shares: Vec<Shares>,
    pairs: Vec<Pairs>,
    wilson: Vec<Wilson>,
    mcnemar: Vec<Mcnemar>,
    holm: Vec<Holm>,
}

#[derive(Deserialize)]
struct Shares {
    name: String,
    /// Hits and questions.
    clusters: Vec<[u32; 2]>,
    mean: f64,
    standard_error: f64,
}

#[derive(Deserialize)]
struct Pairs {
    name: String,
    /// Both right, only the first, only the second, neither.
    clusters: Vec<[u32; 4]>,
    mean: f64,
    standard_error: f64,
    interval: [f64; 2],
    p: f64,
}

#[derive(Deserialize)]
struct Wilson {
    hits: u32,
    n: u32,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Mcnemar {
    only_first: u32,
    only_second: u32,
    p: f64,
}

#[derive(Deserialize)]
struct Holm {
    p: Vec<f64>,
    corrected: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/statistics/statistics.json")).unwrap()
}

#[track_caller]
fn assert_close(found: f64, expected: f64, what: &str) {
    let difference = (found - expected).abs() / expected.abs().max(1.0);
    assert!(difference <= TOLERANCE, "{what}: found {found:?}, expected {expected:?}");
}

/// For values near 0, of which only the size is known.
#[track_caller]
fn assert_relatively_close(found: f64, expected: f64, what: &str) {
    let difference = (found - expected).abs();
    assert!(difference <= 1e-10 * expected.abs(), "{what}: found {found:?}, expected {expected:?}");
}

#[track_caller]
fn assert_bounds(found: Interval, [low, high]: [f64; 2], what: &str) {
    assert_close(found.low, low, what);
    assert_close(found.high, high, what);
}

/// Adds the groups' questions in turns, as in a shuffled run: the sums must not depend on the order.
fn fed(shares: &Shares) -> (Clustered, Score) {
    let mut clustered = Clustered::default();
    let most = shares.clusters.iter().map(|&[_, n]| n).max().unwrap();
    for turn in 0..most {
        for (place, &[hits, n]) in shares.clusters.iter().enumerate() {
            if turn < n {
                clustered.add(&place.to_string(), i32::from(turn < hits));
            }
        }
    }
    let sum = |which: usize| shares.clusters.iter().map(|cluster| cluster[which]).sum();
    (clustered, Score { hits: sum(0), n: sum(1) })
}

fn paired(pairs: &Pairs) -> Paired {
    let mut paired = Paired::default();
    for (place, counts) in pairs.clusters.iter().enumerate() {
        let outcomes = [(true, true), (true, false), (false, true), (false, false)];
        for (&count, (first, second)) in counts.iter().zip(outcomes) {
            (0..count).for_each(|_| paired.add(&place.to_string(), first, second));
        }
    }
    paired
}

#[test]
fn standard_errors_are_those_of_least_squares_with_clusters() {
    let golden = golden();
    assert!(golden.shares.len() >= 10);
    for shares in &golden.shares {
        let (clustered, score) = fed(shares);
        assert_eq!(clustered.n(), score.n);
        assert_close(clustered.mean().unwrap(), shares.mean, &shares.name);
        let expected = shares.standard_error;
        assert_relatively_close(clustered.standard_error().unwrap(), expected, &shares.name);
        let sums = clustered.sums();
        let again = sums.standard_error(f64::from(score.hits), f64::from(score.n)).unwrap();
        assert_relatively_close(again, expected, &shares.name);
    }
}

#[test]
fn intervals_follow_from_the_standard_error() {
    for shares in golden().shares {
        let (clustered, score) = fed(&shares);
        let found = clustered.sums().interval(score).unwrap();
        let (p, error) = (shares.mean, shares.standard_error);
        let n_effective = p * (1.0 - p) / (error * error);
        let plain = wilson_95(score.hits, score.n).unwrap();
        if n_effective >= f64::from(score.n) || shares.clusters.iter().all(|&[_, n]| n == 1) {
            assert_eq!(found, plain, "{}", shares.name);
            continue;
        }
        // The distance of Wilson's bounds from p is 1.96 standard errors at the bound.
        for bound in [found.low, found.high] {
            let at_bound = (bound * (1.0 - bound) / n_effective).sqrt();
            assert_close((p - bound).abs() / at_bound, 1.959_963_984_540_054, &shares.name);
        }
        assert!(found.half_width() > plain.half_width(), "{}", shares.name);
    }
}

#[test]
fn the_published_7b_has_the_interval_that_is_known() {
    let golden = golden();
    let shares = golden.shares.iter().find(|shares| shares.name == "VAL qwen2-vl-7b-instruct").unwrap();
    let (clustered, score) = fed(shares);
    assert_eq!((score, clustered.sums().n_clusters), (Score { hits: 2114, n: 4550 }, 948));
    // Independent questions would have 0.0074.
    assert!((clustered.standard_error().unwrap() - 0.0116).abs() < 5e-5);
    let interval = clustered.sums().interval(score).unwrap();
    assert!((interval.low - 0.442).abs() < 5e-4 && (interval.high - 0.487).abs() < 5e-4, "{interval:?}");
}

#[test]
#[should_panic(expected = "ragged")]
fn a_wrong_standard_error_is_noticed() {
    let golden = golden();
    let shares = golden.shares.iter().find(|shares| shares.name == "ragged").unwrap();
    let (clustered, _) = fed(shares);
    // Without the correction for the number of clusters.
    let g = f64::from(clustered.sums().n_clusters);
    let uncorrected = clustered.standard_error().unwrap() * ((g - 1.0) / g).sqrt();
    assert_relatively_close(uncorrected, shares.standard_error, "ragged");
}

#[test]
fn differences_are_those_of_least_squares_with_clusters() {
    let golden = golden();
    assert!(golden.pairs.len() >= 7);
    for pairs in &golden.pairs {
        let paired = paired(pairs);
        assert_close(paired.difference().unwrap(), pairs.mean, &pairs.name);
        assert_relatively_close(paired.standard_error().unwrap(), pairs.standard_error, &pairs.name);
        assert_bounds(paired.interval().unwrap(), pairs.interval, &pairs.name);
        assert_relatively_close(paired.p_value(), pairs.p, &pairs.name);
    }
}

/// Independent questions would give [1.9, 4.9], [0.6, 3.2] and [-0.1, 3.1]; clustered by label cell, the intervals are a third wider.
#[test]
fn differences_of_the_published_runs_are_those_that_are_known() {
    let golden = golden();
    let of = |name: &str| paired(golden.pairs.iter().find(|pairs| pairs.name == name).unwrap());
    let known = [
        ("VAL qwen2-vl-7b-instruct - qwen2-vl-2b-instruct", 3.41, [1.4, 5.4], 1e-5),
        ("VAL qwen2-vl-7b-instruct - qwen2-vl-7b-med", 1.93, [0.3, 3.6], 0.004),
        ("VAL qwen2-vl-7b-med - qwen2-vl-2b-instruct", 1.47, [-0.7, 3.6], 0.07),
        ("VAL qwen2-vl-7b-instruct - qwen-vl-7b-chat", 12.84, [10.6, 15.0], 7e-50),
    ];
    for (name, points, [low, high], p) in known {
        let paired = of(name);
        let interval = paired.interval().unwrap();
        assert!((100.0 * paired.difference().unwrap() - points).abs() < 0.005, "{name}");
        assert!((100.0 * interval.low - low).abs() < 0.05, "{name}: {interval:?}");
        assert!((100.0 * interval.high - high).abs() < 0.05, "{name}: {interval:?}");
        assert!((paired.p_value() / p - 1.0).abs() < 0.1, "{name}: {}", paired.p_value());
    }
}

#[test]
fn wilson_is_that_of_scipy() {
    for Wilson { hits, n, interval } in golden().wilson {
        assert_bounds(wilson_95(hits, n).unwrap(), interval, &format!("{hits}/{n}"));
    }
}

#[test]
fn mcnemar_is_that_of_statsmodels() {
    for Mcnemar { only_first, only_second, p } in golden().mcnemar {
        let what = format!("{only_first} and {only_second}");
        // Subnormal values have fewer digits.
        let expected = if p < f64::MIN_POSITIVE { 0.0 } else { p };
        for found in [mcnemar_exact(only_first, only_second), mcnemar_exact(only_second, only_first)] {
            let found = if found < f64::MIN_POSITIVE { 0.0 } else { found };
            assert_relatively_close(found, expected, &what);
        }
    }
}

#[test]
#[should_panic(expected = "5 and 14")]
fn a_wrong_p_value_is_noticed() {
    let golden = golden();
    let case = golden.mcnemar.iter().find(|case| case.only_first == 5).unwrap();
    // One-sided.
    assert_relatively_close(mcnemar_exact(5, 14) / 2.0, case.p, "5 and 14");
}

#[test]
fn holm_is_that_of_statsmodels() {
    for Holm { p, corrected } in golden().holm {
        let found = holm(&p);
        assert_eq!(found.len(), corrected.len());
        for (found, expected) in found.iter().zip(corrected) {
            assert_close(*found, expected, &format!("{p:?}"));
        }
    }
}

#[test]
fn sums_do_not_depend_on_the_order() {
    let mut sums = ClusterSums::default();
    let mut cluster = Cluster::default();
    for value in [1, -1, 0, 1, 1] {
        sums.add(cluster, value);
        cluster = Cluster { total: cluster.total + value, n: cluster.n + 1 };
    }
    let expected = ClusterSums { n_clusters: 1, totals_squared: 4.0, totals_times_n: 10.0, n_squared: 25.0 };
    assert_eq!((sums, cluster), (expected, Cluster { total: 2, n: 5 }));
}
