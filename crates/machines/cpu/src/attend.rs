//! Attention as matrix products per key head, a few query rows at a time.

use candle_core::{Device, Result, Tensor};
use model::backend::{Heads, Span};

use crate::chunk::chunks;

/// `softmax(q kT / sqrt dim) v` per head. `q` is `(rows, n_query * dim)`, `k` and `v` are `(keys, n_kv * dim)`.
///
/// A large image has thousands of patches, and the scores of all heads would be hundreds of megabytes: rows are taken in
/// chunks of at most `max_scores`.
pub(crate) fn attend(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    heads: Heads,
    span: Span<'_>,
    max_scores: usize,
) -> Result<Tensor> {
    let (n_rows, n_keys) = (q.dim(0)?, k.dim(0)?);
    let mut done = Vec::new();
    match span {
        Span::Causal => {
            let n_past = n_keys - n_rows;
            for (first, n) in chunks(n_rows, heads.n_query * n_keys, max_scores) {
                // Later keys are hidden from every row of the chunk.
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
                for (first, n) in chunks(length, heads.n_query * length, max_scores) {
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

/// `(n, n_seen)`: 0 for the keys that row `i` may see, minus infinity for later ones.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::MAX_FLOATS;

    const HEADS: Heads = Heads { n_query: 6, n_kv: 2, dim: 10 };

    fn numbers(rows: usize, cols: usize, seed: usize) -> Tensor {
        let values: Vec<f32> = (0..rows * cols).map(|i| ((i * 7 + seed) as f32 * 0.61).sin() * 2.0).collect();
        Tensor::from_vec(values, (rows, cols), &Device::Cpu).unwrap()
    }

    /// Greatest difference between attention whose chunks hold `max_scores` and attention in one piece.
    fn difference(n_rows: usize, n_keys: usize, span: Span<'_>, max_scores: usize) -> f32 {
        let q = numbers(n_rows, 60, 1);
        let (k, v) = (numbers(n_keys, 20, 2), numbers(n_keys, 20, 3));
        let whole = attend(&q, &k, &v, HEADS, span, MAX_FLOATS).unwrap();
        let chunked = attend(&q, &k, &v, HEADS, span, max_scores).unwrap();
        assert_eq!(chunked.dims(), [n_rows, 60]);
        let difference = (whole - chunked).unwrap().abs().unwrap();
        difference.flatten_all().unwrap().max(0).unwrap().to_scalar().unwrap()
    }

    #[test]
    fn chunks_change_nothing() {
        // Chunks of one row, of some rows with a ragged rest, of all rows.
        for max_scores in [1, 6 * 17 * 3, 6 * 17 * 5, 6 * 17 * 13] {
            // The same sums over the same keys, but matrix products of other sizes may add in another order.
            assert!(difference(13, 17, Span::Causal, max_scores) <= 1e-6, "{max_scores} scores at once");
            assert!(
                difference(13, 13, Span::Segments(&[5, 1, 7]), max_scores) <= 1e-6,
                "{max_scores} scores at once"
            );
        }
    }

    #[test]
    fn chunks_cover_every_row_once() {
        assert_eq!(chunks(7, 10, 30).collect::<Vec<_>>(), [(0, 3), (3, 3), (6, 1)]);
        assert_eq!(chunks(2, 10, 3).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
        assert_eq!(chunks(0, 10, 30).count(), 0);
    }
}
