use kernels::Variant;
use kernels::attend::HeadLayout;
use kernels::linear::{self, HeadRun, Matrix as Rows, Product};

use crate::bench::{Bench, Buffer};
use crate::compare::{F32_SUMS, compare};
use crate::data::{Matrix, Random, bits, ragged_cols};
use crate::rope::{angles, rotate};

const EPS: f32 = 1e-6;

/// Rows of x, perhaps RMS-normalised.
fn inputs(x: &[f32], gain: &[f32], normalise: bool) -> Vec<Vec<f64>> {
    let each = |row: &[f32]| {
        let squares: f64 = row.iter().map(|v| f64::from(*v).powi(2)).sum();
        let scale = (squares / row.len() as f64 + f64::from(EPS)).powf(-0.5);
        let one = |(v, g): (&f32, &f32)| f64::from(*v) * if normalise { scale * f64::from(*g) } else { 1.0 };
        row.iter().zip(gain).map(one).collect()
    };
    x.chunks(gain.len()).map(each).collect()
}

/// 13 rows of a matrix of 16, into columns 5 to 17 of 23: only the product, and with norm, bias and residual.
pub(crate) fn matvec(bench: &mut Bench, variant: &Variant) {
    let (dtype, x_rows) = (variant.weight.unwrap(), variant.x_rows.unwrap() as usize);
    let (rows, first_row, out_col, out_cols, cols) = (13, 3, 5, 23, ragged_cols(dtype));
    let mut random = Random(dtype as u64 + 100 * x_rows as u64);
    let w = Matrix::random(dtype, first_row + rows, cols, &mut random);
    let [x, residual] = [x_rows * cols, x_rows * out_cols].map(|n| random.numbers(n));
    let [gain, bias] = [cols, out_cols].map(|n| random.numbers(n));
    for extras in [false, true] {
        let launch = Product {
            matrix: Rows { dtype, rows: rows as u32, cols: cols as u32, first_row: first_row as u32 },
            x_rows: x_rows as u32,
            out_col: out_col as u32,
            out_cols: out_cols as u32,
            has_bias: extras,
            has_residual: extras,
            normalise: extras.then_some(EPS),
        }
        .launch(variant.features)
        .unwrap();
        let mut expected = vec![f64::NAN; x_rows * out_cols];
        for (r, x) in inputs(&x, &gain, extras).iter().enumerate() {
            for row in 0..rows {
                let at = r * out_cols + out_col + row;
                let extra = f64::from(bias[out_col + row]) + f64::from(residual[at]);
                expected[at] = w.dot(first_row + row, x) + if extras { extra } else { 0.0 };
            }
        }
        let [x, gain, bias, residual] = [&x, &gain, &bias, &residual].map(|values| bits(values));
        let buffers = [&x, &gain, &w.words, &bias, &residual].map(|words| Buffer::In(words));
        let buffers: Vec<_> = buffers.into_iter().chain([Buffer::Out(expected.len())]).collect();
        bench.expect(&format!("y, extras {extras}"), &launch, &buffers, &expected, F32_SUMS);
    }
}

pub(crate) fn matvec_swiglu(bench: &mut Bench, variant: &Variant) {
    let (dtype, x_rows) = (variant.weight.unwrap(), variant.x_rows.unwrap() as usize);
    let (out_cols, cols) = (15, ragged_cols(dtype));
    let mut random = Random(7 + dtype as u64);
    let w = Matrix::random(dtype, 2 * out_cols, cols, &mut random);
    let x = random.numbers(x_rows * cols);
    // Small, so that the gate is not flat.
    let gain: Vec<f32> = random.numbers(cols).iter().map(|v| v * 0.01).collect();
    let rows = Rows { dtype, rows: 2 * out_cols as u32, cols: cols as u32, first_row: 0 };
    for normalise in [false, true] {
        let launch =
            linear::matvec_swiglu(rows, x_rows as u32, normalise.then_some(EPS), variant.features).unwrap();
        // Without a norm, x has to be small.
        let x: Vec<f32> = x.iter().map(|v| if normalise { *v } else { v * 0.01 }).collect();
        let expected: Vec<f64> = inputs(&x, &gain, normalise)
            .iter()
            .flat_map(|x| {
                (0..out_cols).map(|row| {
                    let gate = w.dot(row, x);
                    gate / (1.0 + (-gate).exp()) * w.dot(out_cols + row, x)
                })
            })
            .collect();
        let [x, gain] = [&x, &gain].map(|values| bits(values));
        let buffers = [Buffer::In(&x), Buffer::In(&gain), Buffer::In(&w.words), Buffer::Out(expected.len())];
        bench.expect(&format!("y, normalise {normalise}"), &launch, &buffers, &expected, F32_SUMS);
    }
}

/// All heads at once, and in two runs, as if values had a format of their own.
pub(crate) fn matvec_qkv(bench: &mut Bench, variant: &Variant) {
    let (n_query, n_kv) = (2, 1);
    let n_heads = n_query + 2 * n_kv;
    for (first_head, run_heads, extras) in
        [(0, n_heads, false), (0, n_query + n_kv, true), (n_query + n_kv, n_kv, true)]
    {
        heads(bench, variant, [n_query, n_kv], first_head, run_heads, extras);
    }
}

fn heads(
    bench: &mut Bench,
    variant: &Variant,
    [n_query, n_kv]: [usize; 2],
    first_head: usize,
    run_heads: usize,
    extras: bool,
) {
    let (dtype, x_rows) = (variant.weight.unwrap(), variant.x_rows.unwrap() as usize);
    let (dim, n_past, capacity, cols) = (12, 5, 11, ragged_cols(dtype));
    let mut random = Random(9 + dtype as u64);
    let w = Matrix::random(dtype, run_heads * dim, cols, &mut random);
    let x = random.numbers(x_rows * cols);
    let [gain, bias] = [cols, (n_query + 2 * n_kv) * dim].map(|n| random.numbers(n));
    let (cosines, sines) = angles(x_rows * dim / 2);
    let run = HeadRun {
        dtype,
        cols: cols as u32,
        n_heads: run_heads as u32,
        first_head: first_head as u32,
        heads: HeadLayout { n_query: n_query as u32, n_kv: n_kv as u32, dim: dim as u32 },
        has_bias: extras,
    };
    let launch =
        linear::matvec_qkv(&run, x_rows as u32, n_past as u32, extras.then_some(EPS), variant.features)
            .unwrap();
    let mut queries = vec![f64::NAN; x_rows * n_query * dim];
    let mut cache = vec![f64::NAN; capacity * 2 * n_kv * dim];
    for (r, x) in inputs(&x, &gain, extras).iter().enumerate() {
        for local in 0..run_heads {
            let head = first_head + local;
            let bias = |i: usize| if extras { f64::from(bias[head * dim + i]) } else { 0.0 };
            let mut y: Vec<f64> = (0..dim).map(|i| w.dot(local * dim + i, x) + bias(i)).collect();
            if head < n_query + n_kv {
                rotate(&mut y, &cosines[r * dim / 2..], &sines[r * dim / 2..]);
            }
            if head < n_query {
                queries[(r * n_query + head) * dim..][..dim].copy_from_slice(&y);
            } else {
                let at = (n_past + r) * 2 * n_kv + head - n_query;
                cache[at * dim..][..dim].copy_from_slice(&y);
            }
        }
    }
    let [x, gain, bias, cosines, sines] = [&x, &gain, &bias, &cosines, &sines].map(|values| bits(values));
    let inputs = [&x, &gain, &w.words, &bias, &cosines, &sines].map(|words| Buffer::In(words));
    let outputs = [Buffer::Out(queries.len()), Buffer::Out(cache.len())];
    let found = bench.run(&launch, &inputs.into_iter().chain(outputs).collect::<Vec<_>>());
    let what = format!("heads {first_head} to {}, extras {extras}", first_head + run_heads);
    bench.check(compare(&format!("queries of {what}"), &found[0], &queries, F32_SUMS));
    bench.check(compare(&format!("cache of {what}"), &found[1], &cache, F32_SUMS));
}
