//! The eight 6-bit scales and eight 6-bit offsets that Q4_K and Q5_K pack into 12 bytes.
//!
//! ```text
//! byte 0..4    bits 0..6  scale of sub-block 0..4     bits 6..8  upper two bits of scale 4..8
//! byte 4..8    bits 0..6  offset of sub-block 0..4    bits 6..8  upper two bits of offset 4..8
//! byte 8..12   bits 0..4  lower bits of scale 4..8    bits 4..8  lower bits of offset 4..8
//! ```

/// Bytes of the packed scales and offsets.
pub(super) const N_BYTES: usize = 12;

/// Scale and offset of a sub-block (0 to 7), each 0 to 63, as `get_scale_min_k4` in ggml-quants.c.
pub(super) fn scale_and_offset(packed: &[u8], sub_block: usize) -> (u8, u8) {
    if sub_block < 4 {
        (packed[sub_block] & 63, packed[sub_block + 4] & 63)
    } else {
        let lower = packed[sub_block + 4];
        let scale = lower & 0x0F | packed[sub_block - 4] >> 6 << 4;
        let offset = lower >> 4 | packed[sub_block] >> 6 << 4;
        (scale, offset)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The inverse of `scale_and_offset`, for the blocks of the tests.
    pub(crate) fn pack(scales: [u8; 8], offsets: [u8; 8]) -> [u8; N_BYTES] {
        let mut packed = [0; N_BYTES];
        for i in 0..4 {
            packed[i] = scales[i] | scales[i + 4] >> 4 << 6;
            packed[i + 4] = offsets[i] | offsets[i + 4] >> 4 << 6;
            packed[i + 8] = scales[i + 4] & 0x0F | offsets[i + 4] << 4;
        }
        packed
    }

    #[test]
    fn by_hand() {
        let mut packed = [0; N_BYTES];
        packed[1] = 0b10_000101; // scale 1 is 5; scale 5 has upper bits 10
        packed[5] = 0b01_111111; // offset 1 is 63; offset 5 has upper bits 01
        packed[9] = 0b0011_1001; // scale 5 has lower bits 1001, offset 5 lower bits 0011
        assert_eq!(scale_and_offset(&packed, 1), (5, 63));
        assert_eq!(scale_and_offset(&packed, 5), (0b10_1001, 0b01_0011));
        assert_eq!(scale_and_offset(&packed, 0), (0, 0));
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        let scales = [1, 63, 0, 17, 42, 63, 16, 15];
        let offsets = [63, 2, 33, 0, 15, 48, 63, 1];
        let packed = pack(scales, offsets);
        for i in 0..8 {
            assert_eq!(scale_and_offset(&packed, i), (scales[i], offsets[i]), "sub-block {i}");
        }
    }
}
