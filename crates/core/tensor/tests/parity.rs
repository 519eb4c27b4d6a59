//! Every element bit-equal with candle, an independent implementation, on random blocks.
//!
//! No type needs a tolerance: every product is exact (see `dequantise`), and both round once, where an offset is
//! subtracted. candle's order of operations differs from C in one place, Q5_K, where it adds the fifth bit as a float
//! (`q as f32 + 16.0`); that is exact too.
//!
//! The blocks are arbitrary bytes, so they hold every combination of scales and quants, except that the
//! half-precision factors are finite: with an infinite factor the two could differ in the bits of a NaN.

use candle_core::Device;
use candle_core::quantized::{GgmlDType, ggml_file::qtensor_from_ggml};
use tensor::{Dtype, dequantise};

/// Enough that each of the 64 scales and offsets of Q4_K meets each quant more than once.
const N_BLOCKS: usize = 2048;

fn candle_dtype(dtype: Dtype) -> GgmlDType {
    match dtype {
        Dtype::F32 => GgmlDType::F32,
        Dtype::F16 => GgmlDType::F16,
        Dtype::BF16 => GgmlDType::BF16,
        Dtype::Q4_0 => GgmlDType::Q4_0,
        Dtype::Q4_1 => GgmlDType::Q4_1,
        Dtype::Q5_0 => GgmlDType::Q5_0,
        Dtype::Q5_1 => GgmlDType::Q5_1,
        Dtype::Q8_0 => GgmlDType::Q8_0,
        Dtype::Q2K => GgmlDType::Q2K,
        Dtype::Q3K => GgmlDType::Q3K,
        Dtype::Q4K => GgmlDType::Q4K,
        Dtype::Q5K => GgmlDType::Q5K,
        Dtype::Q6K => GgmlDType::Q6K,
    }
}

/// Where the f16 factors of a block stand; the elements of F32, F16 and BF16 are dealt with in `random_blocks`.
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

/// SplitMix64 (Steele, Lea, Flood 2014): a few lines, and the same blocks for ever.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }
}

fn random_blocks(dtype: Dtype, n_blocks: usize) -> Vec<u8> {
    let mut random = SplitMix64(u64::from(dtype.ggml_id()) + 1);
    let mut bytes: Vec<u8> = (0..n_blocks * dtype.block_bytes()).map(|_| random.next() as u8).collect();
    for block in bytes.chunks_exact_mut(dtype.block_bytes()) {
        for &at in f16_places(dtype) {
            // An exponent of all ones is infinity or NaN: clear its lowest bit.
            if block[at + 1] & 0x7C == 0x7C {
                block[at + 1] &= !0x04;
            }
        }
        // The same for single precision, whose exponent ends in the top bit of the last byte but one.
        if matches!(dtype, Dtype::F32 | Dtype::BF16) {
            let last = block.len() - 1;
            if block[last] & 0x7F == 0x7F {
                block[last - 1] &= !0x80;
            }
        }
    }
    bytes
}

/// The first element whose bits differ.
fn first_difference(a: &[f32], b: &[f32]) -> Option<usize> {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits())
}

#[test]
fn every_element_has_the_bits_of_candle() {
    for dtype in Dtype::ALL {
        let n_elements = N_BLOCKS * dtype.block_len();
        let bytes = random_blocks(dtype, N_BLOCKS);

        let reference = qtensor_from_ggml(candle_dtype(dtype), &bytes, vec![n_elements], &Device::Cpu)
            .and_then(|tensor| tensor.dequantize(&Device::Cpu))
            .and_then(|tensor| tensor.to_vec1::<f32>())
            .unwrap();
        let mut out = vec![f32::NAN; n_elements];
        dequantise(dtype, &bytes, &mut out).unwrap();

        assert!(out.iter().all(|value| value.is_finite()), "{dtype}: a value is not finite");
        if let Some(at) = first_difference(&out, &reference) {
            panic!("{dtype}: element {at} is {:e}, candle has {:e}", out[at], reference[at]);
        }
    }
}

#[test]
fn numbers_and_sizes_of_types_are_those_of_candle() {
    for dtype in Dtype::ALL {
        let candle = candle_dtype(dtype);
        assert_eq!(
            (dtype.block_len(), dtype.block_bytes()),
            (candle.block_size(), candle.type_size()),
            "{dtype}"
        );
    }
}

#[test]
fn the_comparison_sees_one_bit() {
    let values = [1.0, -0.0, 3.0];
    assert_eq!(first_difference(&values, &values), None);
    assert_eq!(first_difference(&values, &[1.0, 0.0, 3.0]), Some(1));
    assert_eq!(first_difference(&values, &[1.0, -0.0, f32::from_bits(3f32.to_bits() + 1)]), Some(2));
}
