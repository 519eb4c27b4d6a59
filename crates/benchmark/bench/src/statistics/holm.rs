/// Holm's step-down correction (Holm 1979, Scand. J. Statist. 6, 65-70): the p values that hold for all comparisons together, in
/// the order of those given. Calling a comparison significant below 0.05 then errs in any of them with at most that chance, whether
/// they are independent or not.
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
