use super::{Interval, Z_95};

/// Wilson's 95 % score interval without continuity correction (Wilson 1927, JASA 22, 209-212); none for `n` = 0. Unlike the textbook
/// interval, it holds at small `n` and near 0 and 1. It treats questions as independent.
pub fn wilson_95(hits: u32, n: u32) -> Option<Interval> {
    let n = (n > 0).then(|| f64::from(n))?;
    Some(wilson(f64::from(hits) / n, n))
}

/// The same for a share `p` among `n` questions. `n` is more than 0 and need not be whole.
pub(super) fn wilson(p: f64, n: f64) -> Interval {
    let z2_over_n = Z_95 * Z_95 / n;
    let centre = p + z2_over_n / 2.0;
    let spread = Z_95 * (p * (1.0 - p) / n + z2_over_n / (4.0 * n)).sqrt();
    let scale = 1.0 + z2_over_n;
    // At 0 and n hits, a bound is exactly 0 or 1; rounding must not push it further.
    Interval { low: ((centre - spread) / scale).max(0.0), high: ((centre + spread) / scale).min(1.0) }
}
