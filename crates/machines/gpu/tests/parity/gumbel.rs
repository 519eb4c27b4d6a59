//! The noise of `sample`: every value of its generator on the host, in the shader's arithmetic, and through the shader.

use kernels::Variant;
use kernels::sample::{self, Drawing};

use crate::bench::{Bench, Buffer};
use crate::compare::same;
use crate::data::bits;

/// The generator's values: noise is a function of the upper 23 bits of a hash.
const N_VALUES: u32 = 1 << 23;

/// Draws as the logits are, with no cut and no penalty.
const PLAIN: Drawing =
    Drawing { temperature: 1.0, top_p: 1.0, top_k: 0, repetition_penalty: 1.0, seed: 99 << 32 | 5 };

/// `gumbel` of `sample.wgsl` after the hash, on a machine with this logarithm.
fn noise(hashed: u32, log: impl Fn(f32) -> f32) -> f32 {
    let v = ((hashed >> 9) as f32 + 0.5) * (1.0 / 8_388_608.0);
    let series = v * (1.0 + v * (1.0 / 2.0 + v * (1.0 / 3.0 + v * (1.0 / 4.0))));
    let exponential = if v < 1.0 / 64.0 { series } else { -log(1.0 - v) };
    -log(exponential)
}

/// The most by which WGSL lets a logarithm be wrong.
fn allowed_error(x: f32) -> f32 {
    let ulp = |y: f32| y.abs().next_up() - y.abs();
    if (0.5..=2.0).contains(&x) { 2f32.powi(-21) } else { 3.0 * ulp(x.ln()) }
}

/// Refuses noise that is not finite, or is further than `most` from the exact noise.
fn check(found: impl Fn(u32) -> f32, most: f64) -> Result<(), String> {
    for value in 0..N_VALUES {
        let found = found(value << 9 | 0x1FF);
        let v = (f64::from(value) + 0.5) / f64::from(N_VALUES);
        let expected = -(-(-v).ln_1p()).ln();
        let is_near = (f64::from(found) - expected).abs() <= most;
        if !is_near {
            return Err(format!("value {value}: {found}, expected {expected}"));
        }
    }
    Ok(())
}

#[test]
fn the_noise_is_finite_and_right_for_every_value() {
    // The series is 2e-8 of its value short at most, and a noise of 16 has a last place of 2e-6.
    check(|hashed| noise(hashed, f32::ln), 4e-6).unwrap();
    // At the end of the series, an error of 2^-21 is 3e-5 of the logarithm.
    check(|hashed| noise(hashed, |x| x.ln() + allowed_error(x)), 4e-5).unwrap();
    check(|hashed| noise(hashed, |x| x.ln() - allowed_error(x)), 4e-5).unwrap();
}

#[test]
fn the_check_refuses_noise_that_rounds_to_infinity() {
    // 24 bits and a half do not fit an f32: the largest value rounds up to 1.
    let rounded = |hashed: u32| {
        let u = ((hashed >> 8) as f32 + 0.5) / 16_777_216.0;
        -(-u.ln()).ln()
    };
    let refused = check(rounded, f64::MAX).unwrap_err();
    assert!(refused.starts_with(&format!("value {}: inf", N_VALUES - 1)), "{refused}");
    // Without the series, the noise of the smallest values depends on how far off the logarithm is.
    let plain = |hashed: u32| {
        let v = ((hashed >> 9) as f32 + 0.5) * (1.0 / 8_388_608.0);
        let exponential = -((1.0 - v).ln() + allowed_error(1.0 - v));
        -exponential.ln()
    };
    assert!(check(plain, f64::MAX).unwrap_err().starts_with("value 0: NaN"));
}

/// As in `sample.wgsl`.
fn hash(number: u32) -> u32 {
    let state = number.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

/// The number whose hash this is.
fn unhash(hashed: u32) -> u32 {
    let word = (hashed ^ hashed >> 22).wrapping_mul(inverse(277_803_737));
    let shift = (word >> 28) + 4;
    let state = (0..8).fold(word, |state, _| word ^ state >> shift);
    state.wrapping_sub(2_891_336_453).wrapping_mul(inverse(747_796_405))
}

/// Of an odd number, modulo 2^32: Newton's method doubles the right bits from three on.
fn inverse(odd: u32) -> u32 {
    (0..4).fold(odd, |x, _| x.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(x))))
}

/// The hash of the seed.
fn seed() -> u32 {
    hash(PLAIN.seed as u32 ^ hash((PLAIN.seed >> 32) as u32))
}

/// The hash that a token's noise is made from, in this step.
fn hashed(token: u32, step: u32) -> u32 {
    hash(token ^ hash(step ^ seed()))
}

#[test]
fn a_hash_is_undone() {
    for number in [0, 1, 12345, 0x8000_0000, u32::MAX] {
        assert_eq!(unhash(hash(number)), number);
    }
}

/// Draws between two tokens, one of which has a chosen value of the generator. Their logits differ by just as much as their
/// noise: with a little less that token loses, and with a little more it wins.
pub(crate) fn through_the_shader(bench: &mut Bench, variant: &Variant) {
    const MARGIN: f32 = 1e-3;
    const SERIES_END: u32 = N_VALUES / 64;
    let powers = (0..23).map(|shift| 1 << shift);
    let from_the_end = powers.clone().map(|n| N_VALUES - n);
    let values = powers.chain(from_the_end).chain([0, 3, SERIES_END - 1, SERIES_END + 1, N_VALUES / 3]);
    for value in values {
        let wanted = value << 9 | 0x1FF;
        let step = unhash(1 ^ unhash(wanted)) ^ seed();
        assert_eq!(hashed(1, step), wanted);
        let [first, second] = [0, 1].map(|token| noise(hashed(token, step), f32::ln));
        for (more, winner) in [(-MARGIN, 0), (MARGIN, 1)] {
            let logits = bits(&[0.0, first - second + more]);
            let launch = sample::sample(&PLAIN, 2, step, 0, variant.features).unwrap();
            let found = bench.run(&launch, &[Buffer::In(&logits), Buffer::InOut(&[0]), Buffer::InOut(&[9])]);
            bench.check(same(&format!("the token for value {value} {more:+}"), &found[1], &[winner]));
        }
    }
}
