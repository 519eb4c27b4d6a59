//! Attention as matrix products per key head, a few query rows at a time.

use candle_core::{Device, Result, Tensor};
use model::backend::{Heads, Span};

/// Scores held at once: 16 MiB in f32. A large image has thousands of patches, and all scores of all its heads
/// would be hundreds of megabytes.
const MAX_SCORES: usize = 4 << 20;

/// `softmax(q kT / sqrt dim) v` per head. `q` is `(rows, n_query * dim)`, `k` and `v` are `(keys, n_kv * dim)`.
pub(crate) fn attend(q: &Tensor, k: &Tensor, v: &Tensor, heads: Heads, span: Span<'_>) -> Result<Tensor> {
    let (n_rows, n_keys) = (q.dim(0)?, k.dim(0)?);
    let mut done = Vec::new();
    match span {
        Span::Causal => {
            let n_past = n_keys - n_rows;
            for (first, n) in chunks(n_rows, heads.n_query * n_keys) {
                // Later keys are hidden from every row of the chunk, so they need not be touched.
                let n_seen = n_past + first + n;
                let mask = (n > 1).then(|| causal_mask(n, n_seen)).transpose()?;
                let (q, k, v) = (q.narrow(0, first, n)?, k.narrow(0, 0, n_seen)?, v.narrow(0, 0, n_seen)?);
                done.push(rows(&q, &k, &v, heads, mask.as_ref())?);
            }
        }
        Span::Segments(lengths) => {
            let mut at = 0;
            for &length in lengths {
                let (k, v) = (k.narrow(0, at, length)?, v.narrow(0, at, length)?);
                for (first, n) in chunks(length, heads.n_query * length) {
                    done.push(rows(&q.narrow(0, at + first, n)?, &k, &v, heads, None)?);
                }
                at += length;
            }
        }
    }
    match done.as_slice() {
        [one] => Ok(one.clone()),
        many => Tensor::cat(many, 0),
    }
}

/// (first row, number of rows) of chunks whose scores fit, `n_per_row` scores a row.
fn chunks(n_rows: usize, n_per_row: usize) -> impl Iterator<Item = (usize, usize)> {
    let step = (MAX_SCORES / n_per_row.max(1)).max(1);
    (0..n_rows).step_by(step).map(move |first| (first, step.min(n_rows - first)))
}

/// `(n, n_seen)`: 0 where row `i` may see a key, minus infinity behind.
fn causal_mask(n: usize, n_seen: usize) -> Result<Tensor> {
    let n_before = n_seen - n;
    let values: Vec<f32> = (0..n)
        .flat_map(|i| (0..n_seen).map(move |j| if j <= n_before + i { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Tensor::from_vec(values, (n, n_seen), &Device::Cpu)
}

/// The query heads that share a key head are stacked into the rows of one product.
fn rows(q: &Tensor, k: &Tensor, v: &Tensor, heads: Heads, mask: Option<&Tensor>) -> Result<Tensor> {
    let Heads { n_query, n_kv, dim } = heads;
    let (n, n_keys, shared) = (q.dim(0)?, k.dim(0)?, n_query / n_kv);
    let q = q.reshape((n, n_kv, shared, dim))?.permute((1, 2, 0, 3))?.contiguous()?;
    let q = (q.reshape((n_kv, shared * n, dim))? * (dim as f64).powf(-0.5))?;
    let k = k.reshape((n_keys, n_kv, dim))?.permute((1, 2, 0))?;
    let v = v.reshape((n_keys, n_kv, dim))?.permute((1, 0, 2))?;
    let mut scores = q.matmul(&k)?;
    if let Some(mask) = mask {
        let by_row = scores.reshape((n_kv * shared, n, n_keys))?.broadcast_add(mask)?;
        scores = by_row.reshape((n_kv, shared * n, n_keys))?;
    }
    let out = candle_nn::ops::softmax_last_dim(&scores)?.matmul(&v)?;
    out.reshape((n_kv, shared, n, dim))?.permute((2, 0, 1, 3))?.reshape((n, n_query * dim))
}
