//! Q5_K: 5 bits for each of 256 elements, with 8 sub-blocks of 32.
//!
//! ```text
//! Q5_K (176 bytes)
//!   0..2     d       f16 factor of the scales
//!   2..4     dmin    f16 factor of the offsets
//!   4..16    scales  8 scales and 8 offsets of 6 bits, packed as in Q4_K
//!  16..48    qh      fifth bits: element e at bit e / 32 of byte e % 32
//!  48..176   qs      nibbles, as in Q4_K
//! ```

use super::{f16_at, k_scales};

/// Elements of a super-block.
pub const N_ELEMENTS: usize = 256;
/// Bytes of a super-block.
pub const N_BYTES: usize = 176;

const SCALES: usize = 4;
const QH: usize = SCALES + k_scales::N_BYTES;
const QS: usize = QH + 32;

/// `(d * scale) * q - dmin * offset`, as `dequantize_row_q5_K` in ggml-quants.c.
pub fn dequantise(block: &[u8; N_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, 0);
    let dmin = f16_at(block, 2);
    for (sub_block, values) in out.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        let (scale, offset) = k_scales::scale_and_offset(&block[SCALES..QH], sub_block);
        let scale = d * f32::from(scale);
        let offset = dmin * f32::from(offset);
        let shift = 4 * (sub_block % 2);
        let qs = &block[QS + 32 * (sub_block / 2)..];
        for ((value, &q), &high) in values.iter_mut().zip(qs).zip(&block[QH..QS]) {
            let q = q >> shift & 0x0F | (high >> sub_block & 1) << 4;
            *value = scale * f32::from(q) - offset;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn q5_k_by_hand() {
        let mut block = [0; N_BYTES];
        block[..2].copy_from_slice(&F16_HALF);
        block[2..4].copy_from_slice(&F16_TWO);
        // Sub-block 0 (elements 0..32): scale 3 / 2 = 1.5, offset 1 * 2 = 2.
        // Sub-block 7 (elements 224..256): scale 33 / 2 = 16.5, offset 50 * 2 = 100.
        let scales = k_scales::tests::pack([3, 0, 0, 0, 0, 0, 0, 33], [1, 0, 0, 0, 0, 0, 0, 50]);
        block[SCALES..QH].copy_from_slice(&scales);
        block[QH] = 0b0000_0001; // fifth bit of element 0
        block[QH + 31] = 0b1000_0000; // fifth bit of element 255
        block[QS] = 0x0F; // element 0 is 31: 1.5 * 31 - 2 = 44.5
        block[QS + 31] = 0x02; // element 31 is 2: 1.5 * 2 - 2 = 1
        block[QS + 127] = 0xA0; // element 255 is 26: 16.5 * 26 - 100 = 329
        let mut expected = [0.0; N_ELEMENTS];
        expected[..32].fill(-2.0);
        expected[224..].fill(-100.0);
        (expected[0], expected[31], expected[255]) = (44.5, 1.0, 329.0);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise(&block, &mut out);
        assert_eq!(out, expected);
    }
}
