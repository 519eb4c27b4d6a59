//! Q2_K: 2 bits for each of 256 elements, with 16 sub-blocks of 16.
//!
//! ```text
//! Q2_K (84 bytes)
//!   0..16   scales  low nibble: scale, high nibble: offset, of sub-block 0..16
//!  16..80   qs      2 bits each
//!  80..82   d       f16 factor of the scales
//!  82..84   dmin    f16 factor of the offsets
//! ```
//!
//! Element `e` is in byte `32 * (e / 128) + e % 32` of `qs`, at bit `2 * (e % 128 / 32)`.

use super::f16_at;

/// Elements of a super-block.
pub const N_ELEMENTS: usize = 256;
/// Bytes of a super-block.
pub const N_BYTES: usize = 84;

const QS: usize = 16;
const D: usize = 80;
const DMIN: usize = 82;

/// `(d * scale) * q - dmin * offset`, as `dequantize_row_q2_K` in ggml-quants.c.
pub fn dequantise(block: &[u8; N_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, D);
    let dmin = f16_at(block, DMIN);
    for (sub_block, values) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let scales = block[sub_block];
        let scale = d * f32::from(scales & 0x0F);
        let offset = dmin * f32::from(scales >> 4);
        let shift = sub_block % 8 / 2 * 2;
        let qs = &block[QS + 32 * (sub_block / 8) + 16 * (sub_block % 2)..];
        for (value, &q) in values.iter_mut().zip(qs) {
            *value = scale * f32::from(q >> shift & 3) - offset;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn q2_k_by_hand() {
        let mut block = [0; N_BYTES];
        block[D..D + 2].copy_from_slice(&F16_HALF);
        block[DMIN..].copy_from_slice(&F16_TWO);
        block[0] = 0x13; // sub-block 0, elements 0..16: scale 3 / 2 = 1.5, offset 1 * 2 = 2
        block[5] = 0x0F; // sub-block 5, elements 80..96: scale 15 / 2 = 7.5, offset 0
        block[15] = 0xF1; // sub-block 15, elements 240..256: scale 0.5, offset 15 * 2 = 30
        block[QS] = 0b00_00_00_11; // element 0 is 3: 1.5 * 3 - 2 = 2.5
        block[QS + 17] = 0b00_10_00_00; // byte 17: element 64 + 17 = 81 is 2: 7.5 * 2 = 15
        block[QS + 63] = 0b01_00_00_00; // byte 32 + 31: element 128 + 96 + 31 = 255 is 1: 0.5 - 30 = -29.5
        let mut expected = [0.0; N_ELEMENTS];
        expected[..16].fill(-2.0);
        expected[240..].fill(-30.0);
        (expected[0], expected[81], expected[255]) = (2.5, 15.0, -29.5);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise(&block, &mut out);
        assert_eq!(out, expected);
    }
}
