//! Random bits as weights.
//!
//! A block's quants are plain random bits. Its scales are set so that the values have a chosen standard deviation and a
//! mean of zero:
//!
//! - Matrices get `1 / sqrt(inputs)`: a product with a row of unit variance has unit variance again, so a normalised row
//!   gives queries, keys and gates of size one, softmax and SiLU get inputs of the usual size, and the residual stream
//!   grows with the square root of the depth.
//! - Queries and keys get twice that: scores with a deviation of four, so that a token looks at a few others. If it
//!   looked at all equally, every token would end as the same average, and the answer would be one word repeated.
//! - The embedding and the head get three times that: logits with a deviation of three, far from both a uniform
//!   distribution and a certainty. In a tied model a token's own logit is raised by less than that, so the answer does
//!   not repeat the question's last token.
//! - The mean matters more than expected: a Q4_0 block whose values are `(q - 8) * d` with a random nibble has a mean
//!   of `-d / 2`, which adds up over a row of thousands and gives every prompt the same answer. So scales have both signs,
//!   and if a block has an offset, it is exactly in the middle of the quants.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use tensor::{Dtype, dequantise};

use crate::error::Result;
use crate::pair::Sink;
use crate::pair::plan::{Piece, PlannedTensor};

/// How a tensor's values are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Values {
    mean: f32,
    std: f32,
}

/// How much longer queries and keys are.
const ATTENTION_GAIN: f32 = 2.0;
/// Deviation of the logits.
const LOGITS_STD: f32 = 3.0;
/// Deviation of biases: visible in every result, but smaller than the products that they are added to.
const BIAS_STD: f32 = 0.1;
/// Gains of norms: as biases, around one.
const GAIN_STD: f32 = 0.1;

impl Values {
    fn times(self, gain: f32) -> Self {
        Self { mean: gain * self.mean, std: gain * self.std }
    }
}

/// Weights of a matrix that maps rows of unit variance to rows of unit variance.
pub(super) fn matrix(n_inputs: usize) -> Values {
    Values { mean: 0.0, std: 1.0 / (n_inputs as f32).sqrt() }
}

/// Weights of a tensor.
pub(super) fn values_of(tensor: &PlannedTensor) -> Values {
    let name = tensor.gguf_name.as_str();
    let shape = tensor.shape();
    if shape.len() == 1 {
        return match name.ends_with(".bias") {
            true => Values { mean: 0.0, std: BIAS_STD },
            false => Values { mean: 1.0, std: GAIN_STD },
        };
    }
    let n_inputs = shape[1..].iter().product();
    match name {
        "token_embd.weight" | "output.weight" => matrix(n_inputs).times(LOGITS_STD),
        _ if name.ends_with("attn_q.weight") || name.ends_with("attn_k.weight") => {
            matrix(n_inputs).times(ATTENTION_GAIN)
        }
        // Both frames see the same pixels and their products are added.
        _ if matches!(tensor.piece, Piece::Frame(_)) => matrix(2 * n_inputs),
        _ => matrix(n_inputs),
    }
}

/// An endless supply of blocks of one type.
pub(super) struct RandomBlocks {
    dtype: Dtype,
    mean: f32,
    /// What a block's scale is multiplied by to get the deviation that was asked for.
    scale: f32,
    random: ChaCha8Rng,
}

/// Blocks made at a time: at most a megabyte.
const CHUNK_BLOCKS: usize = 4096;

impl RandomBlocks {
    /// Finds the scale: the deviation is proportional to it, so it is measured at scale one.
    ///
    /// # Errors
    /// Never, unless `tensor` and this file disagree on a block's size.
    pub(super) fn new(dtype: Dtype, values: Values, random: ChaCha8Rng) -> Result<Self> {
        let mut unit = Self { dtype, mean: 0.0, scale: 1.0, random: ChaCha8Rng::seed_from_u64(0) };
        let mut sample = vec![0.0; CHUNK_BLOCKS * dtype.block_len()];
        dequantise(dtype, &unit.chunk(CHUNK_BLOCKS), &mut sample)?;
        let square: f64 = sample.iter().map(|v| f64::from(*v) * f64::from(*v)).sum();
        let std = (square / sample.len() as f64).sqrt();
        Ok(Self { dtype, mean: values.mean, scale: (f64::from(values.std) / std) as f32, random })
    }

    /// Hands `n_elements` elements to the sink.
    pub(super) fn stream(&mut self, n_elements: usize, sink: Sink<'_>) -> Result<()> {
        let mut left = self.dtype.n_bytes(n_elements)? / self.dtype.block_bytes();
        while left > 0 {
            let n = left.min(CHUNK_BLOCKS);
            sink(&self.chunk(n))?;
            left -= n;
        }
        Ok(())
    }

    fn chunk(&mut self, n_blocks: usize) -> Vec<u8> {
        let mut bytes = vec![0; n_blocks * self.dtype.block_bytes()];
        self.random.fill_bytes(&mut bytes);
        for block in bytes.chunks_exact_mut(self.dtype.block_bytes()) {
            self.tame(block);
        }
        bytes
    }

    /// Sets the scales of a block of random bits.
    fn tame(&mut self, block: &mut [u8]) {
        match self.dtype {
            Dtype::F32 => {
                let value = self.uniform(block);
                block.copy_from_slice(&value.to_le_bytes());
            }
            Dtype::F16 => {
                let value = self.uniform(block);
                put_f16(block, 0, value);
            }
            Dtype::BF16 => {
                let value = self.uniform(block);
                block.copy_from_slice(&value.to_le_bytes()[2..]);
            }
            Dtype::Q4_0 | Dtype::Q5_0 | Dtype::Q8_0 => put_f16(block, 0, self.factor()),
            // The middle of 0 to 15 and of 0 to 31.
            Dtype::Q4_1 => self.put_factor_and_offset(block, 0, -7.5),
            Dtype::Q5_1 => self.put_factor_and_offset(block, 0, -15.5),
            Dtype::Q2K => {
                equal_nibbles(&mut block[..16]);
                self.put_factor_and_offset(block, 80, 1.5);
            }
            Dtype::Q3K => put_f16(block, 108, self.factor()),
            Dtype::Q4K | Dtype::Q5K => {
                // Of the twelve bytes of packed scales and offsets the second four have the offsets' bits, and the last
                // four a nibble of each.
                block.copy_within(4..8, 8);
                equal_nibbles(&mut block[12..16]);
                let middle = if self.dtype == Dtype::Q4K { 7.5 } else { 15.5 };
                self.put_factor_and_offset(block, 0, middle);
            }
            Dtype::Q6K => put_f16(block, 208, self.factor()),
        }
    }

    /// A value of mean and deviation as they were asked for, from an element's random bits.
    fn uniform(&self, bits: &[u8]) -> f32 {
        let word = bits.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let steps = 256_f32.powi(bits.len() as i32);
        // From -1 to 1.
        let unit = 2.0 * (word as f32 + 0.5) / steps - 1.0;
        self.mean + self.scale * unit
    }

    /// A block's scale, of either sign, from half to one and a half of what is usual.
    fn factor(&mut self) -> f32 {
        let word = self.random.next_u32();
        let size = self.scale * (0.5 + (word >> 1) as f32 / (1_u32 << 31) as f32);
        if word & 1 == 0 { size } else { -size }
    }

    fn put_factor_and_offset(&mut self, block: &mut [u8], at: usize, offset: f32) {
        let factor = self.factor();
        put_f16(block, at, factor);
        put_f16(block, at + 2, offset * factor);
    }
}

fn put_f16(block: &mut [u8], at: usize, value: f32) {
    block[at..at + 2].copy_from_slice(&half::f16::from_f32(value).to_le_bytes());
}

/// Copies the low nibbles over the high ones.
fn equal_nibbles(bytes: &mut [u8]) {
    bytes.iter_mut().for_each(|byte| *byte = *byte & 0x0F | *byte << 4);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(dtype: Dtype, values: Values, seed: u64) -> Result<Vec<f32>> {
        let mut sample = vec![0.0; 1 << 18];
        let mut bytes = Vec::new();
        let mut blocks = RandomBlocks::new(dtype, values, ChaCha8Rng::seed_from_u64(seed))?;
        blocks.stream(sample.len(), &mut |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })?;
        dequantise(dtype, &bytes, &mut sample)?;
        Ok(sample)
    }

    fn mean_and_std(values: &[f32]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n;
        (mean, variance.sqrt())
    }

    #[test]
    fn every_type_has_the_deviation_that_was_asked_for_and_no_mean() -> Result<()> {
        // The smallest deviation in the 7B (18,944 inputs): half-precision scales are coarsest there.
        let std = 1.0 / 18_944_f32.sqrt();
        for dtype in Dtype::ALL {
            let (mean, found) = mean_and_std(&sample(dtype, Values { mean: 0.0, std }, 1)?);
            let relative = found / f64::from(std);
            // 1024 blocks of 256 whose scales vary by a third: their mean is known to about 2 %.
            assert!((relative - 1.0).abs() < 0.06, "{dtype}: deviation {relative} of what was asked for");
            // A Q4_0 block of one sign would have a mean of a tenth of the deviation.
            assert!(mean.abs() < 0.01 * f64::from(std), "{dtype}: mean {mean}, deviation {found}");
        }
        Ok(())
    }

    #[test]
    fn blocks_with_offsets_lie_round_nothing() -> Result<()> {
        let one = Values { mean: 0.0, std: 1.0 };
        for (dtype, sub_block) in
            [(Dtype::Q4_1, 32), (Dtype::Q5_1, 32), (Dtype::Q2K, 16), (Dtype::Q4K, 32), (Dtype::Q5K, 32)]
        {
            for values in sample(dtype, one, 2)?.chunks(sub_block) {
                let (least, greatest) =
                    values.iter().fold((0_f32, 0_f32), |(low, high), v| (low.min(*v), high.max(*v)));
                // No sub-block lies on one side; one with scale 0 is only the rounding of its offset.
                let width = greatest - least;
                assert!(width < 1e-2 || (least < 0.0 && greatest > 0.0), "{dtype}: {least} to {greatest}");
            }
        }
        Ok(())
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_and_another_others() -> Result<()> {
        let one = Values { mean: 1.0, std: 0.1 };
        assert_eq!(sample(Dtype::F32, one, 3)?, sample(Dtype::F32, one, 3)?);
        assert_ne!(sample(Dtype::F32, one, 3)?, sample(Dtype::F32, one, 4)?);
        let (mean, std) = mean_and_std(&sample(Dtype::F32, one, 3)?);
        assert!((mean - 1.0).abs() < 1e-3 && (std - 0.1).abs() < 1e-3, "{mean} {std}");
        Ok(())
    }
}
