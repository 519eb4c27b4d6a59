//! Random numbers and matrices.

use kernels::layout;
use tensor::{Dtype, dequantise};

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(n + 8);
        while bytes.len() < n {
            bytes.extend_from_slice(&self.bits().to_le_bytes());
        }
        bytes.truncate(n);
        bytes
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

pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// A random matrix: its repacked words, and its elements.
pub(crate) struct Matrix {
    pub(crate) words: Vec<u32>,
    pub(crate) values: Vec<f32>,
    pub(crate) cols: usize,
}

impl Matrix {
    pub(crate) fn random(dtype: Dtype, rows: usize, cols: usize, random: &mut Random) -> Self {
        let mut bytes = match dtype {
            Dtype::F32 => random.numbers(rows * cols).iter().flat_map(|v| v.to_le_bytes()).collect(),
            Dtype::BF16 => random
                .numbers(rows * cols)
                .iter()
                .flat_map(|v| [v.to_le_bytes()[2], v.to_le_bytes()[3]])
                .collect(),
            _ => random.bytes(rows * cols / dtype.block_len() * dtype.block_bytes()),
        };
        for block in bytes.chunks_exact_mut(dtype.block_bytes()) {
            for at in f16_places(dtype) {
                // Exponent 8 to 15: magnitudes of 2^-7 to 2.
                block[at + 1] = block[at + 1] & 0x9F | 0x20;
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

/// Columns that are ragged for this format: an odd number of blocks, and more units than a workgroup has lanes.
pub(crate) fn ragged_cols(dtype: Dtype) -> usize {
    match dtype.block_len() {
        1 => 1180,
        32 => 37 * 32,
        _ => 5 * 256,
    }
}
