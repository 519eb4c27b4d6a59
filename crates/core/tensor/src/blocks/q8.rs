//! Q8_0: 8 bits for each of 32 elements.
//!
//! ```text
//! Q8_0 (34 bytes)
//!  0..2    d    f16 scale
//!  2..34   qs   signed bytes, element by element
//! ```

use super::f16_at;

/// Elements of a block.
pub const N_ELEMENTS: usize = 32;
/// Bytes of a Q8_0 block.
pub const Q8_0_BYTES: usize = 34;

/// `q * d`, as `dequantize_row_q8_0` in ggml-quants.c.
pub fn dequantise_q8_0(block: &[u8; Q8_0_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, 0);
    for (value, &q) in out.iter_mut().zip(&block[2..]) {
        *value = f32::from(q as i8) * d;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn q8_0_by_hand() {
        let mut block = [0; Q8_0_BYTES];
        block[..2].copy_from_slice(&F16_MINUS_QUARTER);
        block[2] = 127; // element 0: 127 * -0.25 = -31.75
        block[3] = 0x80; // element 1: -128 * -0.25 = 32
        block[33] = 0xFF; // element 31: -1 * -0.25 = 0.25
        let mut expected = [0.0; N_ELEMENTS];
        (expected[0], expected[1], expected[31]) = (-31.75, 32.0, 0.25);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise_q8_0(&block, &mut out);
        assert_eq!(out, expected);
    }
}
