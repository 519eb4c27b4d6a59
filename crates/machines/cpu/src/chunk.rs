//! Work on a few rows at a time, so that intermediate results stay small.

/// Most floats made at once: 16 MiB.
pub(crate) const MAX_FLOATS: usize = 4 << 20;

/// (first row, number of rows) of chunks of at most `max_floats`, if a row makes `n_per_row`; at least one row each.
pub(crate) fn chunks(
    n_rows: usize,
    n_per_row: usize,
    max_floats: usize,
) -> impl Iterator<Item = (usize, usize)> {
    let step = (max_floats / n_per_row.max(1)).max(1);
    (0..n_rows).step_by(step).map(move |first| (first, step.min(n_rows - first)))
}
