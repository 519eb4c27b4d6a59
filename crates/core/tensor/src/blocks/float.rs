//! F32, F16 and BF16: no blocks, one element each.
//!
//! ```text
//! F32    0..4   IEEE 754 single
//! F16    0..2   IEEE 754 half
//! BF16   0..2   upper half of a single
//! ```

use super::f16_at;

/// Bytes of one F32 element.
pub const F32_BYTES: usize = 4;
/// Bytes of one F16 element.
pub const F16_BYTES: usize = 2;
/// Bytes of one BF16 element.
pub const BF16_BYTES: usize = 2;

/// The element itself.
pub fn dequantise_f32(block: &[u8; F32_BYTES], out: &mut [f32; 1]) {
    out[0] = f32::from_le_bytes(*block);
}

/// Exact: every half is a single (`ggml_fp16_to_fp32`).
pub fn dequantise_f16(block: &[u8; F16_BYTES], out: &mut [f32; 1]) {
    out[0] = f16_at(block, 0);
}

/// Exact: the missing lower half is zero (`ggml_bf16_to_fp32`).
pub fn dequantise_bf16(block: &[u8; BF16_BYTES], out: &mut [f32; 1]) {
    out[0] = f32::from_bits(u32::from(u16::from_le_bytes(*block)) << 16);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f32_is_itself() {
        let mut out = [0.0];
        // 0xC0490FDB: sign 1, exponent 128 (2^1), fraction 0x490FDB, the single nearest to -pi.
        dequantise_f32(&[0xDB, 0x0F, 0x49, 0xC0], &mut out);
        assert_eq!(out, [-std::f32::consts::PI]);
    }

    #[test]
    fn f16_includes_subnormals_and_the_largest() {
        let mut out = [0.0];
        // 0x0001: the smallest half, 2^-24.
        dequantise_f16(&[0x01, 0x00], &mut out);
        assert_eq!(out, [2f32.powi(-24)]);
        // 0xFBFF: sign 1, exponent 30 (2^15), fraction 1023/1024: -(2 - 2^-10) * 2^15 = -65504.
        dequantise_f16(&[0xFF, 0xFB], &mut out);
        assert_eq!(out, [-65504.0]);
    }

    #[test]
    fn bf16_is_the_upper_half_of_a_single() {
        let mut out = [0.0];
        // 0xC0A0: sign 1, exponent 129 (2^2), fraction 0x20 / 128 = 0.25: -(1.25 * 4) = -5.
        dequantise_bf16(&[0xA0, 0xC0], &mut out);
        assert_eq!(out, [-5.0]);
    }
}
