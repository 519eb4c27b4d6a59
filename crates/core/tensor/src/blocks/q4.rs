//! Q4_0 and Q4_1: 4 bits for each of 32 elements.
//!
//! ```text
//! Q4_0 (18 bytes)                     Q4_1 (20 bytes)
//!  0..2    d    f16 scale              0..2    d    f16 scale
//!  2..18   qs   nibbles                2..4    m    f16 offset
//!                                      4..20   qs   nibbles
//! ```
//!
//! Byte `j` of `qs` holds element `j` in its low nibble and element `j + 16` in its high nibble.

use super::f16_at;

/// Elements of a block.
pub const N_ELEMENTS: usize = 32;
/// Bytes of a Q4_0 block.
pub const Q4_0_BYTES: usize = 18;
/// Bytes of a Q4_1 block.
pub const Q4_1_BYTES: usize = 20;

/// `(q - 8) * d`, as `dequantize_row_q4_0` in ggml-quants.c.
pub fn dequantise_q4_0(block: &[u8; Q4_0_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, 0);
    for (j, &q) in block[2..].iter().enumerate() {
        out[j] = f32::from((q & 0x0F) as i8 - 8) * d;
        out[j + 16] = f32::from((q >> 4) as i8 - 8) * d;
    }
}

/// `q * d + m`, as `dequantize_row_q4_1` in ggml-quants.c.
pub fn dequantise_q4_1(block: &[u8; Q4_1_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, 0);
    let m = f16_at(block, 2);
    for (j, &q) in block[4..].iter().enumerate() {
        out[j] = f32::from(q & 0x0F) * d + m;
        out[j + 16] = f32::from(q >> 4) * d + m;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn q4_0_by_hand() {
        let mut block = [0x88; Q4_0_BYTES]; // every nibble 8, that is 0
        block[..2].copy_from_slice(&F16_HALF);
        block[2] = 0xF0; // element 0: (0 - 8) / 2 = -4; element 16: (15 - 8) / 2 = 3.5
        block[17] = 0x3A; // element 15: (10 - 8) / 2 = 1; element 31: (3 - 8) / 2 = -2.5
        let mut expected = [0.0; N_ELEMENTS];
        (expected[0], expected[16], expected[15], expected[31]) = (-4.0, 3.5, 1.0, -2.5);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise_q4_0(&block, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn q4_1_by_hand() {
        let mut block = [0; Q4_1_BYTES];
        block[..2].copy_from_slice(&F16_TWO);
        block[2..4].copy_from_slice(&F16_MINUS_QUARTER);
        block[4] = 0x1F; // element 0: 15 * 2 - 0.25 = 29.75; element 16: 1 * 2 - 0.25 = 1.75
        block[19] = 0xA3; // element 15: 3 * 2 - 0.25 = 5.75; element 31: 10 * 2 - 0.25 = 19.75
        let mut expected = [-0.25; N_ELEMENTS];
        (expected[0], expected[16], expected[15], expected[31]) = (29.75, 1.75, 5.75, 19.75);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise_q4_1(&block, &mut out);
        assert_eq!(out, expected);
    }
}
