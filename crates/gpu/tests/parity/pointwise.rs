use kernels::{Features, Launch, norm, pointwise, rows};
use model::backend::BackendError;

use crate::support::{Buffer, F32_SUMS, Random, Report, bits, compare, features, gpu, run};

/// One rounding or a few for each element, and no sums.
const ROUNDINGS: f64 = 1e-12;

/// 13 rows of 28 columns.
const N: usize = 13 * 28;

#[test]
fn functions_of_elements() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    let mut random = Random(1);
    let (a, b) = (random.numbers(N), random.numbers(N));
    type Function = fn(f64, f64) -> f64;
    let two: [(Launch, Function); 2] = [
        (pointwise::add(N as u32).unwrap(), |a, b| a + b),
        (pointwise::swiglu(N as u32).unwrap(), |gate, up| gate / (1.0 + (-gate).exp()) * up),
    ];
    let one: [(Launch, Function); 2] = [
        (pointwise::quick_gelu(N as u32).unwrap(), |x, _| x / (1.0 + (-1.702 * x).exp())),
        (pointwise::gelu_erf(N as u32).unwrap(), |x, _| 0.5 * x * (1.0 + erf(x / 2f64.sqrt()))),
    ];
    let (a_bits, b_bits) = (bits(&a), bits(&b));
    for (i, (launch, f)) in two.iter().chain(&one).enumerate() {
        let expected: Vec<f64> = a.iter().zip(&b).map(|(a, b)| f(f64::from(*a), f64::from(*b))).collect();
        let mut buffers = vec![Buffer::In(&a_bits)];
        if i < 2 {
            buffers.push(Buffer::In(&b_bits));
        }
        buffers.push(Buffer::Out(N));
        let found = run(&mut gpu, launch, &buffers).remove(0);
        report.add(compare(launch.kernel.name, &found, &expected, ROUNDINGS));
    }
    report.finish(4);
}

/// Its Taylor series, which converges everywhere; enough terms for |x| < 15 would cancel, so large arguments are 1.
fn erf(x: f64) -> f64 {
    if x.abs() > 4.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..100 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

#[test]
fn norms() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    let (n_rows, cols, eps) = (13, 1180, 1e-5);
    let mut random = Random(2);
    // A mean that is large beside the deviation, where a careless variance loses its digits.
    let x: Vec<f32> = random.numbers(n_rows * cols).iter().map(|v| v + 30.0).collect();
    let (gain, shift) = (random.numbers(cols), random.numbers(cols));
    let [x_bits, gain_bits, shift_bits] = [&x, &gain, &shift].map(|values| bits(values));
    let expect = |centre: bool| {
        let each = |row: &[f32]| {
            let n = cols as f64;
            let mean = if centre { row.iter().map(|v| f64::from(*v)).sum::<f64>() / n } else { 0.0 };
            let squares: f64 = row.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum();
            let scale = (squares / n + f64::from(eps)).powf(-0.5);
            (0..cols)
                .map(|i| {
                    let shift = if centre { f64::from(shift[i]) } else { 0.0 };
                    (f64::from(row[i]) - mean) * scale * f64::from(gain[i]) + shift
                })
                .collect::<Vec<_>>()
        };
        x.chunks(cols).flat_map(each).collect::<Vec<_>>()
    };
    for features in features(&gpu) {
        let launch = norm::rms_norm(n_rows as u32, cols as u32, eps, features).unwrap();
        let buffers = [Buffer::In(&x_bits), Buffer::In(&gain_bits), Buffer::Out(x.len())];
        let found = run(&mut gpu, &launch, &buffers).remove(0);
        report.add(compare(&format!("rms_norm {features:?}"), &found, &expect(false), F32_SUMS));
        let launch = norm::layer_norm(n_rows as u32, cols as u32, eps, features).unwrap();
        let buffers =
            [Buffer::In(&x_bits), Buffer::In(&gain_bits), Buffer::In(&shift_bits), Buffer::Out(x.len())];
        let found = run(&mut gpu, &launch, &buffers).remove(0);
        report.add(compare(&format!("layer_norm {features:?}"), &found, &expect(true), F32_SUMS));
    }
    report.finish(2);
}

#[test]
fn rows_are_copied_where_they_belong() {
    let Some(mut gpu) = gpu() else { return };
    let (n_rows, cols) = (3, 28);
    let mut random = Random(4);
    let (x, y) = (bits(&random.numbers(7 * cols)), bits(&random.numbers(11 * cols)));
    let launch = rows::copy_rows(n_rows, cols as u32, 2, 5).unwrap();
    let found = run(&mut gpu, &launch, &[Buffer::In(&x), Buffer::InOut(&y)]).remove(0);
    let mut expected = y.clone();
    expected[5 * cols..8 * cols].copy_from_slice(&x[2 * cols..5 * cols]);
    assert_eq!(found, expected);

    let (k, v) = (&x[..3 * cols], &x[3 * cols..6 * cols]);
    let launch = rows::append(n_rows, cols as u32, 2).unwrap();
    let cache = vec![0; 6 * 2 * cols];
    let found = run(&mut gpu, &launch, &[Buffer::In(k), Buffer::In(v), Buffer::InOut(&cache)]).remove(0);
    let mut expected = cache.clone();
    for row in 0..3 {
        let at = (2 + row) * 2 * cols;
        expected[at..at + cols].copy_from_slice(&k[row * cols..][..cols]);
        expected[at + cols..at + 2 * cols].copy_from_slice(&v[row * cols..][..cols]);
    }
    assert_eq!(found, expected);
}

#[test]
fn a_refused_launch_is_an_error() {
    let Some(mut gpu) = gpu() else { return };
    let launch = norm::rms_norm(1, 4, 1e-6, Features::default()).unwrap();
    let x = gpu.buffer(&[0; 4]);
    // An input that is also the output.
    let aliased = pollster::block_on(gpu.run(&launch, &[&x, &x, &x]));
    assert!(matches!(aliased, Err(BackendError::Device { .. })), "{aliased:?}");
}
