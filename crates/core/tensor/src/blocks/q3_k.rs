//! Q3_K: 3 bits for each of 256 elements, with 16 sub-blocks of 16.
//!
//! ```text
//! Q3_K (110 bytes)
//!    0..32    hmask   third bits: element e at bit e / 32 of byte e % 32; a set bit is "do not subtract 4"
//!   32..96    qs      lower 2 bits: element e in byte 32 * (e / 128) + e % 32, at bit 2 * (e % 128 / 32)
//!   96..108   scales  6 bits each, biased by 32
//!  108..110   d       f16 factor of the scales
//! ```
//!
//! The scale of sub-block `s` has its lower four bits in byte `s % 8` of `scales` (low nibble for `s < 8`, else high)
//! and its upper two in byte `8 + s % 4`, at bit `2 * (s / 4)`.

use super::f16_at;

/// Elements of a super-block.
pub const N_ELEMENTS: usize = 256;
/// Bytes of a super-block.
pub const N_BYTES: usize = 110;

const QS: usize = 32;
const SCALES: usize = 96;
const D: usize = 108;

/// `(d * (scale - 32)) * (q - 4)`, as `dequantize_row_q3_K` in ggml-quants.c.
pub fn dequantise(block: &[u8; N_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, D);
    for (sub_block, values) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let scale = d * f32::from(scale(&block[SCALES..D], sub_block) - 32);
        let shift = sub_block % 8 / 2 * 2;
        let high_bit = sub_block / 2;
        let first = 16 * (sub_block % 2);
        let qs = &block[QS + 32 * (sub_block / 8) + first..];
        for ((value, &q), &high) in values.iter_mut().zip(qs).zip(&block[first..]) {
            let q = (q >> shift & 3) as i8 - if high >> high_bit & 1 == 1 { 0 } else { 4 };
            *value = scale * f32::from(q);
        }
    }
}

/// The biased scale of a sub-block (0 to 15): 0 to 63.
fn scale(packed: &[u8], sub_block: usize) -> i8 {
    let lower = packed[sub_block % 8] >> (4 * (sub_block / 8)) & 0x0F;
    let upper = packed[8 + sub_block % 4] >> (2 * (sub_block / 4)) & 3;
    (lower | upper << 4) as i8
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn q3_k_by_hand() {
        let mut block = [0; N_BYTES];
        block[D..].copy_from_slice(&F16_HALF);
        // Scale bits that are not set are 0, that is (0 - 32) / 2 = -16; a q without bits is -4: 64.
        block[SCALES] = 0x05; // scale 0 has lower bits 5
        block[SCALES + 8] = 0b00_00_00_10; // and upper bits 2: 37 - 32 = 5, times 0.5: 2.5
        block[SCALES + 7] = 0x70; // scale 15 has lower bits 7
        block[SCALES + 11] = 0b11_00_00_00; // and upper bits 3: 55 - 32 = 23, times 0.5: 11.5
        block[0] = 0b0000_0001; // third bit of element 0
        block[31] = 0b1000_0000; // third bit of element 7 * 32 + 31 = 255
        block[QS] = 0b00_00_00_11; // element 0 is 3: 2.5 * 3 = 7.5
        block[QS + 1] = 0b00_00_00_01; // element 1 is 1 - 4: 2.5 * -3 = -7.5
        block[QS + 63] = 0b10_00_00_00; // element 255 is 2: 11.5 * 2 = 23
        let mut expected = [64.0; N_ELEMENTS];
        expected[..16].fill(-10.0); // 2.5 * -4
        expected[240..].fill(-46.0); // 11.5 * -4
        (expected[0], expected[1], expected[255]) = (7.5, -7.5, 23.0);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise(&block, &mut out);
        assert_eq!(out, expected);
    }
}
