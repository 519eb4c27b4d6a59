//! One file for each family of blocks: its layout in bytes, and the arithmetic of one block.
//!
//! The layouts are those of ggml-common.h (`block_q4_0`, ...), the arithmetic is that of `dequantize_row_*` in
//! ggml-quants.c, operation by operation. Numbers are little endian. In the layouts, a byte range is `from..to` with
//! `to` excluded, and "low nibble" is bits 0 to 3 of a byte.
//!
//! The K types share one idea: a super-block of 256 elements has one or two f16 factors, which multiply small integer
//! scales and offsets, one for each 16 or 32 elements.

pub mod float;
mod k_scales;
pub mod q2_k;
pub mod q3_k;
pub mod q4;
pub mod q4_k;
pub mod q5;
pub mod q5_k;
pub mod q6_k;
pub mod q8;

/// The half-precision number that begins at byte `at`.
fn f16_at<const N: usize>(block: &[u8; N], at: usize) -> f32 {
    half::f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

#[cfg(test)]
mod testing {
    //! Half-precision factors that the hand-computed blocks use.
    pub(super) const F16_HALF: [u8; 2] = [0x00, 0x38];
    pub(super) const F16_TWO: [u8; 2] = [0x00, 0x40];
    pub(super) const F16_MINUS_QUARTER: [u8; 2] = [0x00, 0xB4];
}
