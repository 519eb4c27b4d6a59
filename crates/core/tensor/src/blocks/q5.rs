//! Q5_0 and Q5_1: 5 bits for each of 32 elements.
//!
//! ```text
//! Q5_0 (22 bytes)                     Q5_1 (24 bytes)
//!  0..2    d    f16 scale              0..2    d    f16 scale
//!  2..6    qh   fifth bits, u32        2..4    m    f16 offset
//!  6..22   qs   nibbles                4..8    qh   fifth bits, u32
//!                                      8..24   qs   nibbles
//! ```
//!
//! Byte `j` of `qs` holds the lower bits of element `j` in its low nibble and of element `j + 16` in its high nibble;
//! bit `i` of `qh` is the fifth bit of element `i`.

use super::f16_at;

/// Elements of a block.
pub const N_ELEMENTS: usize = 32;
/// Bytes of a Q5_0 block.
pub const Q5_0_BYTES: usize = 22;
/// Bytes of a Q5_1 block.
pub const Q5_1_BYTES: usize = 24;

/// `(q - 16) * d`, as `dequantize_row_q5_0` in ggml-quants.c.
pub fn dequantise_q5_0(block: &[u8; Q5_0_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, 0);
    let qh = u32::from_le_bytes([block[2], block[3], block[4], block[5]]);
    for (j, &q) in block[6..].iter().enumerate() {
        out[j] = f32::from((q & 0x0F | fifth_bit(qh, j)) as i8 - 16) * d;
        out[j + 16] = f32::from((q >> 4 | fifth_bit(qh, j + 16)) as i8 - 16) * d;
    }
}

/// `q * d + m`, as `dequantize_row_q5_1` in ggml-quants.c.
pub fn dequantise_q5_1(block: &[u8; Q5_1_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, 0);
    let m = f16_at(block, 2);
    let qh = u32::from_le_bytes([block[4], block[5], block[6], block[7]]);
    for (j, &q) in block[8..].iter().enumerate() {
        out[j] = f32::from(q & 0x0F | fifth_bit(qh, j)) * d + m;
        out[j + 16] = f32::from(q >> 4 | fifth_bit(qh, j + 16)) * d + m;
    }
}

/// Bit `element` of `qh`, in place 4.
fn fifth_bit(qh: u32, element: usize) -> u8 {
    ((qh >> element & 1) as u8) << 4
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    /// Fifth bits of elements 0, 15 and 31.
    const QH: u32 = 1 | 1 << 15 | 1 << 31;

    #[test]
    fn q5_0_by_hand() {
        let mut block = [0; Q5_0_BYTES];
        block[..2].copy_from_slice(&F16_HALF);
        block[2..6].copy_from_slice(&QH.to_le_bytes());
        block[6] = 0x3F; // element 0: (31 - 16) / 2 = 7.5; element 16: (3 - 16) / 2 = -6.5
        block[21] = 0x21; // element 15: (17 - 16) / 2 = 0.5; element 31: (18 - 16) / 2 = 1
        let mut expected = [-8.0; N_ELEMENTS];
        (expected[0], expected[16], expected[15], expected[31]) = (7.5, -6.5, 0.5, 1.0);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise_q5_0(&block, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn q5_1_by_hand() {
        let mut block = [0; Q5_1_BYTES];
        block[..2].copy_from_slice(&F16_TWO);
        block[2..4].copy_from_slice(&F16_MINUS_QUARTER);
        block[4..8].copy_from_slice(&QH.to_le_bytes());
        block[8] = 0x3F; // element 0: 31 * 2 - 0.25 = 61.75; element 16: 3 * 2 - 0.25 = 5.75
        block[23] = 0x21; // element 15: 17 * 2 - 0.25 = 33.75; element 31: 18 * 2 - 0.25 = 35.75
        let mut expected = [-0.25; N_ELEMENTS];
        (expected[0], expected[16], expected[15], expected[31]) = (61.75, 5.75, 33.75, 35.75);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise_q5_1(&block, &mut out);
        assert_eq!(out, expected);
    }
}
