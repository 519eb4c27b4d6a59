use crate::harness::Gpu;
use kernels::linear::{HeadRun, Matrix as Rows, Product, matvec_qkv, matvec_swiglu, packs};
use kernels::{Features, rows};
use tensor::Dtype;

use crate::support::{
    Buffer, F32_SUMS, Matrix, Random, Report, bits, compare, features, gpu, ragged_cols, run,
};

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

/// 13 rows of a matrix of 16, into columns 5 to 17 of 23.
fn product(
    gpu: &mut Gpu,
    dtype: Dtype,
    x_rows: usize,
    extras: bool,
    features: Features,
    most: f64,
) -> Result<(), String> {
    let (rows, first_row, out_col, out_cols, cols) = (13, 3, 5, 23, ragged_cols(dtype));
    product_of(gpu, dtype, [rows, first_row, out_col, out_cols, cols], x_rows, extras, features, most)
}

fn product_of(
    gpu: &mut Gpu,
    dtype: Dtype,
    [rows, first_row, out_col, out_cols, cols]: [usize; 5],
    x_rows: usize,
    extras: bool,
    features: Features,
    most: f64,
) -> Result<(), String> {
    let mut random = Random(dtype as u64 + 100 * x_rows as u64);
    let w = Matrix::random(dtype, first_row + rows, cols, &mut random);
    let x = random.numbers(x_rows * cols);
    let gain = random.numbers(cols);
    let bias = random.numbers(out_cols);
    let residual = random.numbers(x_rows * out_cols);
    let is_matvec = x_rows <= 4;
    let normalise = extras && is_matvec;
    let launch = Product {
        matrix: Rows { dtype, rows: rows as u32, cols: cols as u32, first_row: first_row as u32 },
        x_rows: x_rows as u32,
        out_col: out_col as u32,
        out_cols: out_cols as u32,
        has_bias: extras,
        has_residual: extras,
        normalise: normalise.then_some(EPS),
    }
    .launch(features)
    .unwrap();
    let mut expected = vec![f64::NAN; x_rows * out_cols];
    for (r, x) in inputs(&x, &gain, normalise).iter().enumerate() {
        for row in 0..rows {
            let at = r * out_cols + out_col + row;
            let extra = f64::from(bias[out_col + row]) + f64::from(residual[at]);
            expected[at] = w.dot(first_row + row, x) + if extras { extra } else { 0.0 };
        }
    }
    let [x, gain, bias, residual] = [&x, &gain, &bias, &residual].map(|values| bits(values));
    let x = Buffer::In(&x);
    let mut buffers = vec![x];
    if is_matvec {
        buffers.push(Buffer::In(&gain));
    }
    buffers.extend([
        Buffer::In(&w.words),
        Buffer::In(&bias),
        Buffer::In(&residual),
        Buffer::Out(expected.len()),
    ]);
    let found = run(gpu, &launch, &buffers).remove(0);
    compare(
        &format!("{:?} {dtype} x {x_rows} extras {extras} {features:?}", launch.kernel),
        &found,
        &expected,
        most,
    )
}

#[test]
fn matvec() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    for dtype in Dtype::ALL {
        for features in features(&gpu) {
            for x_rows in [1, 3] {
                for extras in [false, true] {
                    report.add(product(&mut gpu, dtype, x_rows, extras, features, F32_SUMS));
                }
            }
        }
    }
    report.finish(13 * 4);
}

#[test]
fn matmul() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    for dtype in Dtype::ALL {
        for features in features(&gpu) {
            // A weight of 11 significant bits: 2^-11 / sqrt 12 of itself is lost, squared 2e-8.
            let most = if features.f16 { 1e-7 } else { F32_SUMS };
            report.add(product(&mut gpu, dtype, 13, true, features, most));
            // More than one tile each way.
            report.add(product_of(&mut gpu, dtype, [70, 0, 0, 70, 512], 67, false, features, most));
        }
    }
    report.finish(13 * 2);
}

#[test]
fn matmul_in_integers() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    let (rows, x_rows) = (70, 67);
    for dtype in Dtype::ALL.into_iter().filter(|dtype| packs(*dtype)) {
        let cols = ragged_cols(dtype);
        let mut random = Random(dtype as u64);
        let w = Matrix::random(dtype, rows, cols, &mut random);
        let x = random.numbers(x_rows * cols);
        let matrix = Rows { dtype, rows: rows as u32, cols: cols as u32, first_row: 0 };
        let [quantise, product] = Product::whole(matrix, x_rows as u32).launch_packed().unwrap();

        let x_bits = bits(&x);
        let buffers = [Buffer::In(&x_bits), Buffer::Out(x.len() / 4), Buffer::Out(x.len() / 32)];
        let packed = run(&mut gpu, &quantise, &buffers);
        let rounded: Vec<f32> = packed[0]
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .zip((0..x.len()).map(|i| f32::from_bits(packed[1][i / 32])))
            .map(|(q, scale)| f32::from(q as i8) * scale)
            .collect();
        let worst = x.iter().zip(&rounded).zip((0..).map(|i: usize| f32::from_bits(packed[1][i / 32])));
        for ((x, rounded), scale) in worst {
            assert!((x - rounded).abs() <= 0.501 * scale, "{x} became {rounded} with scale {scale}");
        }

        // With x as it was rounded there is nothing left to lose: products of integers are exact.
        let x64: Vec<Vec<f64>> =
            rounded.chunks(cols).map(|row| row.iter().map(|v| f64::from(*v)).collect()).collect();
        let expected: Vec<f64> =
            x64.iter().flat_map(|x| (0..rows).map(|row| w.dot(row, x)).collect::<Vec<_>>()).collect();
        let [words, scales] = [&packed[0], &packed[1]].map(|words| Buffer::In(words));
        let unused = || Buffer::In(&x_bits);
        let buffers = [words, scales, Buffer::In(&w.words), unused(), unused(), Buffer::Out(expected.len())];
        let found = run(&mut gpu, &product, &buffers).remove(0);
        report.add(compare(dtype.name(), &found, &expected, F32_SUMS));
    }
    report.finish(7);
}

#[test]
fn swiglu_of_two_projections() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    let (out_cols, x_rows) = (15, 2);
    for dtype in [Dtype::Q4K, Dtype::Q8_0, Dtype::F16] {
        for features in features(&gpu) {
            let cols = ragged_cols(dtype);
            let mut random = Random(7 + dtype as u64);
            let w = Matrix::random(dtype, 2 * out_cols, cols, &mut random);
            // Small, so that the gate is not flat.
            let x: Vec<f32> = random.numbers(x_rows * cols);
            let gain: Vec<f32> = random.numbers(cols).iter().map(|v| v * 0.01).collect();
            let rows = Rows { dtype, rows: 2 * out_cols as u32, cols: cols as u32, first_row: 0 };
            let launch = matvec_swiglu(rows, x_rows as u32, Some(EPS), features).unwrap();
            let mut expected = Vec::new();
            for x in inputs(&x, &gain, true) {
                expected.extend((0..out_cols).map(|row| {
                    let gate = w.dot(row, &x);
                    gate / (1.0 + (-gate).exp()) * w.dot(out_cols + row, &x)
                }));
            }
            let [x, gain] = [&x, &gain].map(|values| bits(values));
            let buffers =
                [Buffer::In(&x), Buffer::In(&gain), Buffer::In(&w.words), Buffer::Out(expected.len())];
            let found = run(&mut gpu, &launch, &buffers).remove(0);
            report.add(compare(&format!("{dtype} {features:?}"), &found, &expected, F32_SUMS));
        }
    }
    report.finish(3);
}

#[test]
fn queries_keys_and_values() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    let (n_query, n_kv, dim, x_rows, n_past, capacity) = (3, 1, 20, 2, 5, 11);
    let n_heads = n_query + 2 * n_kv;
    for (dtype, first_head, run_heads) in
        [(Dtype::Q4K, 0, n_heads), (Dtype::Q4K, 0, n_query + n_kv), (Dtype::Q6K, n_query + n_kv, n_kv)]
    {
        for features in features(&gpu) {
            let cols = ragged_cols(dtype);
            let mut random = Random(9 + dtype as u64);
            let w = Matrix::random(dtype, run_heads * dim, cols, &mut random);
            let x = random.numbers(x_rows * cols);
            let gain: Vec<f32> = random.numbers(cols);
            let bias = random.numbers(n_heads * dim);
            let (cosines, sines) = angles(x_rows * dim / 2);
            let head_run = HeadRun {
                dtype,
                cols: cols as u32,
                n_heads: run_heads as u32,
                first_head: first_head as u32,
                n_query: n_query as u32,
                n_kv: n_kv as u32,
                head_dim: dim as u32,
                has_bias: true,
            };
            let launch = matvec_qkv(&head_run, x_rows as u32, n_past as u32, Some(EPS), features).unwrap();
            let mut queries = vec![f64::NAN; x_rows * n_query * dim];
            let mut cache = vec![f64::NAN; capacity * 2 * n_kv * dim];
            for (r, x) in inputs(&x, &gain, true).iter().enumerate() {
                for local in 0..run_heads {
                    let head = first_head + local;
                    let mut y: Vec<f64> = (0..dim)
                        .map(|i| w.dot(local * dim + i, x) + f64::from(bias[head * dim + i]))
                        .collect();
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
            let [x, gain, bias, cosines, sines] =
                [&x, &gain, &bias, &cosines, &sines].map(|values| bits(values));
            let inputs = [&x, &gain, &w.words, &bias, &cosines, &sines].map(|words| Buffer::In(words));
            let buffers: Vec<_> =
                inputs.into_iter().chain([Buffer::Out(queries.len()), Buffer::Out(cache.len())]).collect();
            let found = run(&mut gpu, &launch, &buffers);
            let what = format!("{dtype}, heads {first_head} to {} {features:?}", first_head + run_heads);
            report.add(compare(&format!("queries {what}"), &found[0], &queries, F32_SUMS));
            report.add(compare(&format!("cache {what}"), &found[1], &cache, F32_SUMS));
        }
    }
    report.finish(6);
}

/// (cosines, sines)
pub(crate) fn angles(n: usize) -> (Vec<f32>, Vec<f32>) {
    (0..n).map(|i| ((i as f32 * 0.7).cos(), (i as f32 * 0.7).sin())).unzip()
}

/// One head.
pub(crate) fn rotate(y: &mut [f64], cosines: &[f32], sines: &[f32]) {
    let n = y.len() / 2;
    for i in 0..n {
        let (c, s) = (f64::from(cosines[i]), f64::from(sines[i]));
        (y[i], y[i + n]) = (y[i] * c - y[i + n] * s, y[i + n] * c + y[i] * s);
    }
}

#[test]
fn embed_gives_the_bits_of_dequantise() {
    let Some(mut gpu) = gpu() else { return };
    for dtype in Dtype::ALL {
        let cols = ragged_cols(dtype);
        let table = Matrix::random(dtype, 9, cols, &mut Random(3 + dtype as u64));
        // The part is rows 100 to 108; ids around it belong to others.
        let part = rows::TablePart { dtype, cols: cols as u32, first_row: 100, n_rows: 9 };
        let ids = [7, 7, 108, 99, 100, 109, 103, 0, 104];
        let launch = rows::embed(&part, 2, 7).unwrap();
        let found =
            run(&mut gpu, &launch, &[Buffer::In(&ids), Buffer::In(&table.words), Buffer::Out(7 * cols)]);
        for (row, id) in found[0].chunks(cols).zip(&ids[2..]) {
            let expected = match id.checked_sub(100) {
                Some(at @ 0..9) => bits(&table.values[at as usize * cols..][..cols]),
                _ => vec![0x7FC0_CAFE; cols],
            };
            let wrong = row.iter().zip(&expected).position(|(a, b)| a != b);
            assert_eq!(wrong, None, "{dtype}, token {id}: first wrong column");
        }
    }
}
