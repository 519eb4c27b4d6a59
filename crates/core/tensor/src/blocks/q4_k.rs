//! Q4_K: 4 bits for each of 256 elements, with 8 sub-blocks of 32.
//!
//! ```text
//! Q4_K (144 bytes)
//!   0..2     d       f16 factor of the scales
//!   2..4     dmin    f16 factor of the offsets
//!   4..16    scales  8 scales and 8 offsets of 6 bits, packed
//!  16..144   qs      nibbles: sub-block 2c in the low and 2c + 1 in the high nibbles of bytes 32c..32c + 32
//! ```
//!
//! The packing of `scales`: byte `i < 4` is scale `i` in bits 0..6 and the upper two bits of scale `i + 4` in bits
//! 6..8; byte `i + 4` is the same for the offsets; byte `i + 8` has the lower four bits of scale `i + 4` (low nibble)
//! and of offset `i + 4` (high nibble).

use super::{f16_at, k_scales};

/// Elements of a super-block.
pub const N_ELEMENTS: usize = 256;
/// Bytes of a super-block.
pub const N_BYTES: usize = 144;

const SCALES: usize = 4;
const QS: usize = SCALES + k_scales::N_BYTES;

/// `(d * scale) * q - dmin * offset`, as `dequantize_row_q4_K` in ggml-quants.c.
pub fn dequantise(block: &[u8; N_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, 0);
    let dmin = f16_at(block, 2);
    for (sub_block, values) in out.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        let (scale, offset) = k_scales::scale_and_offset(&block[SCALES..QS], sub_block);
        let scale = d * f32::from(scale);
        let offset = dmin * f32::from(offset);
        let shift = 4 * (sub_block % 2);
        let qs = &block[QS + 32 * (sub_block / 2)..];
        for (value, &q) in values.iter_mut().zip(qs) {
            *value = scale * f32::from(q >> shift & 0x0F) - offset;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn q4_k_by_hand() {
        let mut block = [0; N_BYTES];
        block[..2].copy_from_slice(&F16_HALF);
        block[2..4].copy_from_slice(&F16_TWO);
        // Sub-block 0 (elements 0..32): scale 3 / 2 = 1.5, offset 1 * 2 = 2.
        // Sub-block 7 (elements 224..256): scale 33 / 2 = 16.5, offset 50 * 2 = 100.
        let scales = k_scales::tests::pack([3, 0, 0, 0, 0, 0, 0, 33], [1, 0, 0, 0, 0, 0, 0, 50]);
        block[SCALES..QS].copy_from_slice(&scales);
        block[QS] = 0x0F; // element 0 is 15: 1.5 * 15 - 2 = 20.5; element 32 is 0
        block[QS + 31] = 0x71; // element 31 is 1: -0.5; element 63 is 7, but its scale is 0
        block[QS + 127] = 0xA9; // element 223 is 9, scale 0; element 255 is 10: 16.5 * 10 - 100 = 65
        let mut expected = [0.0; N_ELEMENTS];
        expected[..32].fill(-2.0);
        expected[224..].fill(-100.0);
        (expected[0], expected[31], expected[255]) = (20.5, -0.5, 65.0);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise(&block, &mut out);
        assert_eq!(out, expected);
    }
}
