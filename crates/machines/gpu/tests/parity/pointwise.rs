use kernels::{Launch, Unsupported, Variant, pointwise};

use crate::bench::{Bench, Buffer};
use crate::compare::ROUNDINGS;
use crate::data::{Random, bits};

/// Elements that do not fill their last workgroup.
const N: usize = 13 * 28;

fn one(bench: &mut Bench, launch: Result<Launch, Unsupported>, f: fn(f64) -> f64) {
    let x = Random(1).numbers(N);
    let expected: Vec<f64> = x.iter().map(|x| f(f64::from(*x))).collect();
    bench.expect("y", &launch.unwrap(), &[Buffer::In(&bits(&x)), Buffer::Out(N)], &expected, ROUNDINGS);
}

fn two(bench: &mut Bench, launch: Result<Launch, Unsupported>, f: fn(f64, f64) -> f64) {
    let mut random = Random(2);
    let (a, b) = (random.numbers(N), random.numbers(N));
    let expected: Vec<f64> = a.iter().zip(&b).map(|(a, b)| f(f64::from(*a), f64::from(*b))).collect();
    let buffers = [Buffer::In(&bits(&a)), Buffer::In(&bits(&b)), Buffer::Out(N)];
    bench.expect("y", &launch.unwrap(), &buffers, &expected, ROUNDINGS);
}

pub(crate) fn add(bench: &mut Bench, _: &Variant) {
    two(bench, pointwise::add(N as u32), |a, b| a + b);
}

pub(crate) fn swiglu(bench: &mut Bench, _: &Variant) {
    two(bench, pointwise::swiglu(N as u32), |gate, up| gate / (1.0 + (-gate).exp()) * up);
}

pub(crate) fn quick_gelu(bench: &mut Bench, _: &Variant) {
    one(bench, pointwise::quick_gelu(N as u32), |x| x / (1.0 + (-1.702 * x).exp()));
}

pub(crate) fn gelu_erf(bench: &mut Bench, _: &Variant) {
    one(bench, pointwise::gelu_erf(N as u32), |x| 0.5 * x * (1.0 + erf(x / 2f64.sqrt())));
}

/// Its Taylor series, which converges everywhere. For large arguments its terms would cancel, but there the function is 1.
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
