//! Each verb against a plain loop in f64, at sizes that divide nothing.

use crate::support::{F32_SUMS, Machine, Matrix, Tolerance, assert_close};
use cpu::CpuCache;
use model::backend::{Activation, Backend, Heads, Ids, Keys, Norm, Rotation, Sampling, Shape, Span};

const N: usize = 13;

#[test]
fn linear_multiplies_rows_by_rows_and_adds_the_bias() {
    let mut m = Machine::exact();
    let (x, w, bias) = (Matrix::any(N, 45, 1), Matrix::any(7, 45, 2), Matrix::any(1, 7, 3));
    let dot = |i: usize, j: usize| x.row64(i).iter().zip(w.row64(j)).map(|(a, b)| a * b).sum::<f64>();
    for bias in [None, Some(&bias)] {
        let linear = m.linear(&w, bias);
        let tensor = m.tensor(&x);
        let y = m.0.linear(&tensor, &linear).unwrap();
        let added = |j: usize| bias.map_or(0.0, |b| f64::from(b.values[j]));
        let expected: Vec<Vec<f64>> =
            (0..N).map(|i| (0..7).map(|j| dot(i, j) + added(j)).collect()).collect();
        assert_close(&m.read(&y), &expected, F32_SUMS);
    }
}

#[test]
fn layer_norm_keeps_its_digits_where_the_mean_is_large() {
    let mut m = Machine::exact();
    let (weight, bias) = (Matrix::any(1, 29, 4), Matrix::any(1, 29, 5));
    let norm = Norm { weight: m.weight(&weight), bias: Some(m.weight(&bias)), eps: 1e-6 };
    // An offset of 1000 leaves an f32 about 6e-5 of absolute resolution.
    for (offset, max_abs) in [(0.0, 1e-5), (1000.0, 5e-4)] {
        let mut x = Matrix::any(N, 29, 6);
        x.values.iter_mut().for_each(|v| *v += offset);
        let tensor = m.tensor(&x);
        let y = m.0.layer_norm(&tensor, &norm).unwrap();
        let expected: Vec<Vec<f64>> = (0..N)
            .map(|i| {
                let row = x.row64(i);
                let mean = row.iter().sum::<f64>() / 29.0;
                let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 29.0;
                let scale = (variance + 1e-6).sqrt();
                let affine = weight.row64(0).into_iter().zip(bias.row64(0));
                row.iter().zip(affine).map(|(v, (w, b))| (v - mean) / scale * w + b).collect()
            })
            .collect();
        let reason = "the mean is rounded to f32 at the size of the numbers";
        assert_close(&m.read(&y), &expected, Tolerance { max_abs, reason });
    }
}

#[test]
fn rms_norm_divides_by_the_root_mean_square() {
    let mut m = Machine::exact();
    let weight = Matrix::any(1, 45, 7);
    // An epsilon that counts: numbers of size 2 have a mean square of about 2.
    let norm = Norm { weight: m.weight(&weight), bias: None, eps: 0.5 };
    let x = Matrix::any(N, 45, 8);
    let tensor = m.tensor(&x);
    let y = m.0.rms_norm(&tensor, &norm).unwrap();
    let row = |i: usize| {
        let row = x.row64(i);
        let scale = (row.iter().map(|v| v * v).sum::<f64>() / 45.0 + 0.5).sqrt();
        row.iter().zip(weight.row64(0)).map(|(v, w)| v / scale * w).collect()
    };
    assert_close(&m.read(&y), &(0..N).map(row).collect::<Vec<_>>(), F32_SUMS);
}

/// `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0 to `x`, by Simpson's rule.
fn erf(x: f64) -> f64 {
    let (n, f) = (400, |t: f64| (-t * t).exp());
    let h = x / f64::from(n);
    let inner: f64 = (1..n).map(|i| f64::from(2 + 2 * (i % 2)) * f(f64::from(i) * h)).sum();
    (f(0.0) + inner + f(x)) * h / 3.0 * std::f64::consts::FRAC_2_SQRT_PI
}

#[test]
fn activations_are_the_ones_named() {
    let mut m = Machine::exact();
    let mut x = Matrix::any(N, 7, 9);
    x.values.iter_mut().for_each(|v| *v *= 3.0);
    let tensor = m.tensor(&x);
    let quick = |v: f64| v / (1.0 + (-1.702 * v).exp());
    let exact = |v: f64| v / 2.0 * (1.0 + erf(v / 2f64.sqrt()));
    let each =
        |f: &dyn Fn(f64) -> f64| (0..N).map(|i| x.row64(i).into_iter().map(f).collect()).collect::<Vec<_>>();
    let y = m.0.activate(&tensor, Activation::QuickGelu).unwrap();
    assert_close(&m.read(&y), &each(&quick), F32_SUMS);
    let y = m.0.activate(&tensor, Activation::GeluErf).unwrap();
    assert_close(&m.read(&y), &each(&exact), F32_SUMS);
    // The two differ by up to 0.02, and the approximation by tanh from the exact one by 5e-4: both would be noticed.
    let tanh = |v: f64| v / 2.0 * (1.0 + (0.797_884_560_8 * (v + 0.044_715 * v * v * v)).tanh());
    let found = m.read(&y);
    assert!(std::panic::catch_unwind(|| assert_close(&found, &each(&tanh), F32_SUMS)).is_err());
}

#[test]
fn swiglu_and_add_go_element_by_element() {
    let mut m = Machine::exact();
    let (a, b) = (Matrix::any(N, 11, 10), Matrix::any(N, 11, 11));
    let (ta, tb) = (m.tensor(&a), m.tensor(&b));
    let both = |f: fn(f64, f64) -> f64| {
        let row = |i: usize| a.row64(i).into_iter().zip(b.row64(i)).map(|(x, y)| f(x, y)).collect();
        (0..N).map(row).collect::<Vec<_>>()
    };
    let y = m.0.swiglu(&ta, &tb).unwrap();
    assert_close(&m.read(&y), &both(|gate, up| gate / (1.0 + (-gate).exp()) * up), F32_SUMS);
    let y = m.0.add(&ta, &tb).unwrap();
    assert_close(&m.read(&y), &both(|x, y| x + y), F32_SUMS);
}

#[test]
fn rope_turns_column_i_with_the_one_half_a_head_on() {
    let mut m = Machine::exact();
    let (n_heads, dim) = (7, 10);
    let (x, angles) = (Matrix::any(N, n_heads * dim, 12), Matrix::any(N, dim / 2, 13));
    let of = |f: fn(f32) -> f32| Matrix {
        values: angles.values.iter().map(|a| f(*a)).collect(),
        ..angles.clone()
    };
    let (cos, sin) = (m.tensor(&of(f32::cos)), m.tensor(&of(f32::sin)));
    let tensor = m.tensor(&x);
    let y = m.0.rope(&tensor, n_heads, &Rotation { cos, sin }).unwrap();
    let row = |i: usize| {
        let mut out = x.row64(i);
        for head in out.chunks_exact_mut(dim) {
            for (pair, angle) in angles.row64(i).into_iter().enumerate() {
                let (a, b) = (head[pair], head[pair + dim / 2]);
                head[pair] = a * angle.cos() - b * angle.sin();
                head[pair + dim / 2] = b * angle.cos() + a * angle.sin();
            }
        }
        out
    };
    assert_close(&m.read(&y), &(0..N).map(row).collect::<Vec<_>>(), F32_SUMS);
}

/// Attention head by head, query by query; `seen` says which keys a query may see.
fn attention(
    q: &Matrix,
    k: &Matrix,
    v: &Matrix,
    heads: Heads,
    seen: impl Fn(usize) -> std::ops::Range<usize>,
) -> Vec<Vec<f64>> {
    let Heads { n_query, n_kv, dim } = heads;
    let part = |m: &Matrix, row: usize, head: usize| m.row64(row)[head * dim..(head + 1) * dim].to_vec();
    let one = |i: usize, head: usize| {
        let (query, kv_head) = (part(q, i, head), head / (n_query / n_kv));
        let score = |j: usize| {
            let dot: f64 = query.iter().zip(part(k, j, kv_head)).map(|(a, b)| a * b).sum();
            (dot / (dim as f64).sqrt()).exp()
        };
        let scores: Vec<f64> = seen(i).map(score).collect();
        let total: f64 = scores.iter().sum();
        let mut out = vec![0.0; dim];
        for (j, s) in seen(i).zip(&scores) {
            out.iter_mut().zip(part(v, j, kv_head)).for_each(|(o, value)| *o += s / total * value);
        }
        out
    };
    (0..q.rows).map(|i| (0..n_query).flat_map(|head| one(i, head)).collect()).collect()
}

#[test]
fn causal_attention_sees_the_cache_and_itself() {
    let mut m = Machine::exact();
    for heads in [Heads { n_query: 7, n_kv: 7, dim: 6 }, Heads { n_query: 14, n_kv: 2, dim: 5 }] {
        let cols = heads.n_kv * heads.dim;
        let (k, v) = (Matrix::any(N, cols, 14), Matrix::any(N, cols, 15));
        let q = Matrix::any(N, heads.n_query * heads.dim, 16);
        let mut cache = m.0.cache(cols).unwrap();
        let mut found: Vec<Vec<f32>> = Vec::new();
        // Eight rows, then one, then four: as a prompt, a token and a follow-up arrive.
        for rows in [0..8, 8..9, 9..13] {
            let mut take = |x: &Matrix| m.tensor(&Matrix::of_rows(rows.clone().map(|i| x.row(i))));
            let (tq, tk, tv) = (take(&q), take(&k), take(&v));
            m.0.append(&mut cache, &tk, &tv).unwrap();
            assert_eq!(m.0.cache_shape(&cache), Shape::new(rows.end, cols));
            let y = m.0.attend(&tq, Keys::Cached(&cache), heads, Span::Causal).unwrap();
            let y = m.read(&y);
            found.extend((0..y.rows).map(|i| y.row(i).to_vec()));
        }
        let found = Matrix::of_rows(found.iter().map(Vec::as_slice));
        assert_close(&found, &attention(&q, &k, &v, heads, |i| 0..i + 1), F32_SUMS);
    }
}

#[test]
fn segmented_attention_stays_in_its_segment() {
    let mut m = Machine::exact();
    let heads = Heads { n_query: 6, n_kv: 3, dim: 7 };
    let (q, k, v) = (Matrix::any(N, 42, 17), Matrix::any(N, 21, 18), Matrix::any(N, 21, 19));
    let (tq, tk, tv) = (m.tensor(&q), m.tensor(&k), m.tensor(&v));
    let keys = Keys::Fresh { k: &tk, v: &tv };
    let y = m.0.attend(&tq, keys, heads, Span::Segments(&[5, 1, 7])).unwrap();
    let found = m.read(&y);
    let seen = |i: usize| [0..5, 5..6, 6..13].into_iter().find(|r| r.contains(&i)).unwrap();
    assert_close(&found, &attention(&q, &k, &v, heads, seen), F32_SUMS);
    // Attention over everything is another thing, and is seen to be.
    let whole = attention(&q, &k, &v, heads, |_| 0..N);
    assert!(std::panic::catch_unwind(|| assert_close(&found, &whole, F32_SUMS)).is_err());
}

#[test]
fn a_truncated_cache_forgets_and_grows_again() {
    let mut m = Machine::exact();
    let heads = Heads { n_query: 2, n_kv: 1, dim: 4 };
    let (k, v) = (Matrix::any(150, 4, 20), Matrix::any(150, 4, 21));
    let q = Matrix::any(1, 8, 22);
    let mut cache = m.0.cache(4).unwrap();
    let append = |m: &mut Machine, cache: &mut CpuCache, rows: std::ops::Range<usize>| {
        let mut take = |x: &Matrix| m.tensor(&Matrix::of_rows(rows.clone().map(|i| x.row(i))));
        let (tk, tv) = (take(&k), take(&v));
        m.0.append(cache, &tk, &tv).unwrap();
    };
    // Past the first buffer (64 rows), back, and past the second.
    append(&mut m, &mut cache, 0..70);
    m.0.truncate(&mut cache, 5).unwrap();
    append(&mut m, &mut cache, 100..150);
    append(&mut m, &mut cache, 0..100);
    assert_eq!(m.0.cache_shape(&cache).rows, 155);
    let tq = m.tensor(&q);
    let y = m.0.attend(&tq, Keys::Cached(&cache), heads, Span::Causal).unwrap();
    let kept = || (0..5).chain(100..150).chain(0..100);
    let (k, v) = (Matrix::of_rows(kept().map(|i| k.row(i))), Matrix::of_rows(kept().map(|i| v.row(i))));
    assert_close(&m.read(&y), &attention(&q, &k, &v, heads, |_| 0..155), F32_SUMS);
    assert!(m.0.truncate(&mut cache, 156).is_err());
}

#[test]
fn splice_reshape_and_last_row_move_rows_unchanged() {
    let mut m = Machine::exact();
    let (x, rows) = (Matrix::any(N, 6, 23), Matrix::any(4, 6, 24));
    let (tx, trows) = (m.tensor(&x), m.tensor(&rows));
    for at in [0, 5, N - 4] {
        let y = m.0.splice(&tx, &trows, at).unwrap();
        let mut expected = x.values.clone();
        expected[at * 6..(at + 4) * 6].copy_from_slice(&rows.values);
        assert_eq!(m.read(&y).values, expected);
    }
    let y = m.0.reshape(&trows, Shape::new(2, 12)).unwrap();
    let read = m.read(&y);
    assert_eq!((read.shape(), read.values), (Shape::new(2, 12), rows.values.clone()));
    let y = m.0.last_row(&tx).unwrap();
    assert_eq!(m.read(&y).values, x.row(N - 1));
}

#[test]
fn embed_takes_rows_by_id_and_a_sampled_token_without_the_host() {
    let mut m = Machine::exact();
    let table = Matrix::any(9, 5, 25);
    let weight = m.weight(&table);
    let y = m.0.embed(&weight, Ids::Host(&[8, 0, 8])).unwrap();
    let expected = [table.row(8), table.row(0), table.row(8)].concat();
    assert_eq!(m.read(&y).values, expected);
    let logits = m.tensor(&Matrix { rows: 1, cols: 9, values: vec![0., 0., 0., 9., 0., 0., 0., 0., 0.] });
    let mut sampler = m.0.sampler(&Sampling::greedy(9), &[]).unwrap();
    let token = m.0.sample(&logits, &mut sampler).unwrap();
    let y = m.0.embed(&weight, Ids::Sampled(&token)).unwrap();
    assert_eq!(m.read(&y).values, table.row(3));
}

#[test]
fn the_comparison_refuses_a_wrong_number_and_no_number() {
    let right = vec![vec![1.0, 2.0]];
    let refuses = |values: Vec<f32>, cols: usize| {
        let found = Matrix { rows: 1, cols, values };
        std::panic::catch_unwind(|| assert_close(&found, &right, F32_SUMS)).is_err()
    };
    assert!(!refuses(vec![1.0, 2.0], 2));
    assert!(refuses(vec![1.0, 2.001], 2));
    assert!(refuses(vec![1.0, f32::NAN], 2));
    assert!(refuses(vec![1.0], 1));
}
