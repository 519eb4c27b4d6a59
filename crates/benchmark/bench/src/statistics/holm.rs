/// Holm's step-down correction (Holm 1979, Scand. J. Statist. 6, 65-70): p values corrected for all comparisons together, in the
/// given order. If those below 0.05 are called significant, the probability that any of them is called so wrongly is at most 0.05,
/// whether the comparisons are independent or not.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        let n_left = (p_values.len() - rank) as f64;
        largest = largest.max(n_left * p_values[at]).min(1.0);
        corrected[at] = largest;
    }
    corrected
}
