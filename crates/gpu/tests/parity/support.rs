//! Numbers, buffers with canaries, and the comparison.

use kernels::{Features, Launch, layout};
use tensor::{Dtype, dequantise};

use crate::harness::Gpu;

/// A quiet NaN that no computation makes. Inputs end in it, so that a value read past their end spoils the result; outputs begin as
/// it and go on past their end, so that what was not written and what was written too far shows.
const CANARY: u32 = 0x7FC0_CAFE;
const N_CANARIES: usize = 64;

/// Sums of up to a few thousand products in f32: each rounding is 6e-8 of the sum, its square 4e-15, and they add up to less than
/// this even where terms cancel.
pub(crate) const F32_SUMS: f64 = 1e-10;

/// The software adapter, or a visible skip.
pub(crate) fn gpu() -> Option<Gpu> {
    match pollster::block_on(Gpu::open()) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "CI installs a software adapter: {error}");
            eprintln!("SKIPPED: {error}");
            None
        }
    }
}

/// The adapter's features, cut down to each combination that makes a difference.
pub(crate) fn features(gpu: &Gpu) -> Vec<Features> {
    let mut all = vec![Features::default()];
    if gpu.features().subgroups {
        all.push(Features { subgroups: true, ..Features::default() });
    }
    if gpu.features().f16 {
        all.push(Features { f16: true, ..Features::default() });
    }
    all
}

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// -2 to 2, with a few outliers ten times that, as activations have.
    pub(crate) fn number(&mut self) -> f32 {
        let unit = (self.bits() >> 40) as f32 / (1 << 24) as f32;
        let outlier = if self.bits().is_multiple_of(50) { 10.0 } else { 1.0 };
        (unit - 0.5) * 4.0 * outlier
    }

    pub(crate) fn numbers(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.number()).collect()
    }
}

/// A random matrix: its repacked words, and its elements.
pub(crate) struct Matrix {
    pub(crate) words: Vec<u32>,
    pub(crate) values: Vec<f32>,
    pub(crate) cols: usize,
}

impl Matrix {
    pub(crate) fn random(dtype: Dtype, rows: usize, cols: usize, random: &mut Random) -> Self {
        let n_blocks = rows * cols / dtype.block_len();
        let mut bytes = Vec::new();
        for _ in 0..n_blocks {
            let start = bytes.len();
            bytes.extend((0..dtype.block_bytes()).map(|_| random.bits() as u8));
            let block = &mut bytes[start..];
            match dtype {
                Dtype::F32 => block.copy_from_slice(&random.number().to_le_bytes()),
                Dtype::BF16 => block.copy_from_slice(&random.number().to_le_bytes()[2..]),
                _ => f16_places(dtype).iter().for_each(|&at| {
                    // Exponent 8 to 15: magnitudes of 2^-7 to 2.
                    block[at + 1] = block[at + 1] & 0x9F | 0x20;
                }),
            }
        }
        let mut values = vec![0.0; rows * cols];
        dequantise(dtype, &bytes, &mut values).unwrap();
        Self { words: layout::repack(dtype, rows, cols, &bytes).unwrap(), values, cols }
    }

    /// Row `row` times `x`.
    pub(crate) fn dot(&self, row: usize, x: &[f64]) -> f64 {
        let row = &self.values[row * self.cols..(row + 1) * self.cols];
        row.iter().zip(x).map(|(w, x)| f64::from(*w) * x).sum()
    }
}

fn f16_places(dtype: Dtype) -> &'static [usize] {
    match dtype {
        Dtype::F32 | Dtype::BF16 => &[],
        Dtype::F16 | Dtype::Q4_0 | Dtype::Q5_0 | Dtype::Q8_0 => &[0],
        Dtype::Q4_1 | Dtype::Q5_1 | Dtype::Q4K | Dtype::Q5K => &[0, 2],
        Dtype::Q2K => &[80, 82],
        Dtype::Q3K => &[108],
        Dtype::Q6K => &[208],
    }
}

/// Columns that are ragged for this format: an odd number of blocks, more units than a workgroup has lanes.
pub(crate) fn ragged_cols(dtype: Dtype) -> usize {
    match dtype.block_len() {
        1 => 1180,
        32 => 37 * 32,
        _ => 5 * 256,
    }
}

pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// A buffer of a launch.
pub(crate) enum Buffer<'a> {
    In(&'a [u32]),
    /// So many words, all canaries.
    Out(usize),
    /// Contents that the kernel changes.
    InOut(&'a [u32]),
}

/// Runs a launch; the outputs' words, whose canaries were left alone.
pub(crate) fn run(gpu: &mut Gpu, launch: &Launch, buffers: &[Buffer<'_>]) -> Vec<Vec<u32>> {
    let with_canaries = |words: &[u32]| {
        let mut words = words.to_vec();
        words.extend([CANARY; N_CANARIES]);
        words
    };
    let bound: Vec<_> = buffers
        .iter()
        .map(|buffer| match buffer {
            Buffer::In(words) | Buffer::InOut(words) => gpu.buffer(&with_canaries(words)),
            Buffer::Out(n) => gpu.buffer(&with_canaries(&vec![CANARY; *n])),
        })
        .collect();
    pollster::block_on(gpu.run(launch, &bound.iter().collect::<Vec<_>>())).unwrap();
    let outputs = buffers.iter().zip(&bound).filter_map(|(buffer, bound)| {
        let n = match buffer {
            Buffer::In(_) => return None,
            Buffer::Out(n) => *n,
            Buffer::InOut(words) => words.len(),
        };
        let mut words = gpu.read(bound).unwrap();
        let canaries = words.split_off(n);
        assert!(canaries.iter().all(|&word| word == CANARY), "{:?} wrote past its output", launch.kernel);
        Some(words)
    });
    outputs.collect()
}

/// Refuses outputs whose normalised mean squared error exceeds `most`. Places that must not be written are NaN in `expected`.
pub(crate) fn compare(what: &str, found: &[u32], expected: &[f64], most: f64) -> Result<(), String> {
    assert_eq!(found.len(), expected.len(), "{what}");
    let (mut error, mut size) = (0.0, 0.0);
    for (i, (&word, &expected)) in found.iter().zip(expected).enumerate() {
        if expected.is_nan() {
            if word != CANARY {
                return Err(format!("{what}: element {i} was written"));
            }
            continue;
        }
        let found = f64::from(f32::from_bits(word));
        if !found.is_finite() {
            return Err(format!("{what}: element {i} is {found}, expected {expected}"));
        }
        error += (found - expected).powi(2);
        size += expected.powi(2);
    }
    let nmse = error / size.max(f64::MIN_POSITIVE);
    if nmse <= most {
        Ok(())
    } else {
        Err(format!("{what}: normalised mean squared error {nmse:e}, allowed {most:e}"))
    }
}

/// All failures of a test at once.
#[derive(Default)]
pub(crate) struct Report(Vec<String>, usize);

impl Report {
    pub(crate) fn add(&mut self, outcome: Result<(), String>) {
        self.1 += 1;
        self.0.extend(outcome.err());
    }

    pub(crate) fn finish(self, n_cases: usize) {
        assert!(self.0.is_empty(), "{} of {} cases:\n{}", self.0.len(), self.1, self.0.join("\n"));
        assert!(self.1 >= n_cases, "only {} cases ran", self.1);
    }
}

#[test]
fn the_comparison_refuses_wrong_answers() {
    let right = [1.0, -2.0, 3.0];
    let words = bits(&[1.0, -2.0, 3.0]);
    assert!(compare("same", &words, &right, 0.0).is_ok());
    assert!(compare("a last place", &bits(&[1.0, -2.000_000_2, 3.0]), &right, F32_SUMS).is_ok());
    assert!(compare("a wrong digit", &bits(&[1.0, -2.001, 3.0]), &right, F32_SUMS).is_err());
    assert!(compare("swapped", &bits(&[-2.0, 1.0, 3.0]), &right, F32_SUMS).is_err());
    assert!(compare("NaN", &bits(&[1.0, f32::NAN, 3.0]), &right, 1.0).is_err());
    assert!(compare("not written", &[1f32.to_bits(), CANARY, 3f32.to_bits()], &right, 1.0).is_err());
    assert!(compare("written", &words, &[1.0, f64::NAN, 3.0], 1.0).is_err());
    assert!(
        compare("left alone", &[1f32.to_bits(), CANARY, 3f32.to_bits()], &[1.0, f64::NAN, 3.0], 0.0).is_ok()
    );
}
