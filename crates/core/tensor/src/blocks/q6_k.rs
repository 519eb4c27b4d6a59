//! Q6_K: 6 bits for each of 256 elements, with 16 sub-blocks of 16.
//!
//! ```text
//! Q6_K (210 bytes)
//!    0..128   ql      lower 4 bits
//!  128..192   qh      upper 2 bits
//!  192..208   scales  signed bytes
//!  208..210   d       f16 factor of the scales
//! ```
//!
//! Each half of the super-block has 64 bytes of `ql` and 32 of `qh`. Element `e` of a half, in quarter `k = e / 32` at
//! place `l = e % 32`, has its lower bits in byte `32 * (k % 2) + l` of `ql` (low nibble for `k < 2`, else high) and its
//! upper bits in byte `l` of `qh`, at bit `2 * k`.

use super::f16_at;

/// Elements of a super-block.
pub const N_ELEMENTS: usize = 256;
/// Bytes of a super-block.
pub const N_BYTES: usize = 210;

const QH: usize = 128;
const SCALES: usize = 192;
const D: usize = 208;

/// `(d * scale) * (q - 32)`, as `dequantize_row_q6_K` in ggml-quants.c.
pub fn dequantise(block: &[u8; N_BYTES], out: &mut [f32; N_ELEMENTS]) {
    let d = f16_at(block, D);
    for (sub_block, values) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let scale = d * f32::from(block[SCALES + sub_block] as i8);
        let half = sub_block / 8;
        let quarter = sub_block % 8 / 2;
        let first = 16 * (sub_block % 2);
        let ql = &block[64 * half + 32 * (quarter % 2) + first..];
        let qh = &block[QH + 32 * half + first..];
        for ((value, &low), &high) in values.iter_mut().zip(ql).zip(qh) {
            let q = low >> (4 * (quarter / 2)) & 0x0F | (high >> (2 * quarter) & 3) << 4;
            *value = scale * f32::from(q as i8 - 32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn q6_k_by_hand() {
        let mut block = [0; N_BYTES];
        block[D..].copy_from_slice(&F16_HALF);
        block[SCALES] = 3; // sub-block 0, elements 0..16: 1.5
        block[SCALES + 7] = 0x80; // sub-block 7, elements 112..128: -128 / 2 = -64
        block[SCALES + 10] = 0xFE; // sub-block 10, elements 160..176: -2 / 2 = -1
        block[0] = 0x0F; // ql: element 0 has lower bits 15 (element 64 has 0)
        block[QH] = 0b00_00_00_11; // qh: element 0 has upper bits 3: 63 - 32 = 31, times 1.5: 46.5
        block[32 + 31] = 0x90; // ql: element 96 + 31 = 127 has lower bits 9
        block[QH + 31] = 0b10_00_00_00; // qh: element 127 has upper bits 2: 41 - 32 = 9, times -64: -576
        block[64 + 32] = 0x05; // ql: element 128 + 32 = 160 has lower bits 5
        block[QH + 32] = 0b00_00_01_00; // qh: element 160 has upper bits 1: 21 - 32 = -11, times -1: 11
        let mut expected = [0.0; N_ELEMENTS];
        expected[..16].fill(1.5 * -32.0);
        expected[112..128].fill(-64.0 * -32.0);
        expected[160..176].fill(32.0);
        (expected[0], expected[127], expected[160]) = (46.5, -576.0, 11.0);
        let mut out = [f32::NAN; N_ELEMENTS];
        dequantise(&block, &mut out);
        assert_eq!(out, expected);
    }
}
