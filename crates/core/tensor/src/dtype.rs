use std::fmt;

use crate::blocks::{float, q2_k, q3_k, q4, q4_k, q5, q5_k, q6_k, q8};

/// How the elements of a tensor are stored. The names are GGUF's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dtype {
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 half precision.
    F16,
    /// The upper 16 bits of a single: eight bits of exponent, seven of fraction.
    BF16,
    /// 4 bits and a scale for 32 elements: [`q4`].
    Q4_0,
    /// 4 bits, a scale and an offset for 32 elements: [`q4`].
    Q4_1,
    /// 5 bits and a scale for 32 elements: [`q5`].
    Q5_0,
    /// 5 bits, a scale and an offset for 32 elements: [`q5`].
    Q5_1,
    /// 8 bits and a scale for 32 elements: [`q8`].
    Q8_0,
    /// 2 bits, 16 scales and offsets of 4 bits for 256 elements: [`q2_k`].
    Q2K,
    /// 3 bits, 16 scales of 6 bits for 256 elements: [`q3_k`].
    Q3K,
    /// 4 bits, 8 scales and offsets of 6 bits for 256 elements: [`q4_k`].
    Q4K,
    /// 5 bits, 8 scales and offsets of 6 bits for 256 elements: [`q5_k`].
    Q5K,
    /// 6 bits, 16 scales of 8 bits for 256 elements: [`q6_k`].
    Q6K,
}

/// One row of the table of types.
struct Entry {
    name: &'static str,
    /// Number in the `type` field of a GGUF tensor: `enum ggml_type` in ggml.h.
    ggml_id: u32,
    n_elements: usize,
    n_bytes: usize,
}

impl Dtype {
    /// Every type, in the order of the enum.
    pub const ALL: [Self; 13] = [
        Self::F32,
        Self::F16,
        Self::BF16,
        Self::Q4_0,
        Self::Q4_1,
        Self::Q5_0,
        Self::Q5_1,
        Self::Q8_0,
        Self::Q2K,
        Self::Q3K,
        Self::Q4K,
        Self::Q5K,
        Self::Q6K,
    ];

    #[rustfmt::skip]
    const fn entry(self) -> Entry {
        let (name, ggml_id, n_elements, n_bytes) = match self {
            Self::F32  => ("F32",   0, 1, float::F32_BYTES),
            Self::F16  => ("F16",   1, 1, float::F16_BYTES),
            Self::BF16 => ("BF16", 30, 1, float::BF16_BYTES),
            Self::Q4_0 => ("Q4_0",  2, q4::N_ELEMENTS, q4::Q4_0_BYTES),
            Self::Q4_1 => ("Q4_1",  3, q4::N_ELEMENTS, q4::Q4_1_BYTES),
            Self::Q5_0 => ("Q5_0",  6, q5::N_ELEMENTS, q5::Q5_0_BYTES),
            Self::Q5_1 => ("Q5_1",  7, q5::N_ELEMENTS, q5::Q5_1_BYTES),
            Self::Q8_0 => ("Q8_0",  8, q8::N_ELEMENTS, q8::Q8_0_BYTES),
            Self::Q2K  => ("Q2_K", 10, q2_k::N_ELEMENTS, q2_k::N_BYTES),
            Self::Q3K  => ("Q3_K", 11, q3_k::N_ELEMENTS, q3_k::N_BYTES),
            Self::Q4K  => ("Q4_K", 12, q4_k::N_ELEMENTS, q4_k::N_BYTES),
            Self::Q5K  => ("Q5_K", 13, q5_k::N_ELEMENTS, q5_k::N_BYTES),
            Self::Q6K  => ("Q6_K", 14, q6_k::N_ELEMENTS, q6_k::N_BYTES),
        };
        Entry { name, ggml_id, n_elements, n_bytes }
    }

    /// The type with this number in a GGUF file, if this project knows it.
    pub fn from_ggml(id: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|dtype| dtype.ggml_id() == id)
    }

    /// The number of this type in a GGUF file (`enum ggml_type` in ggml.h).
    pub const fn ggml_id(self) -> u32 {
        self.entry().ggml_id
    }

    /// GGUF's name of the type, such as `Q4_K`.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// Elements in one block; 1 for the float types. The rows of a matrix are whole blocks.
    pub const fn block_len(self) -> usize {
        self.entry().n_elements
    }

    /// Bytes of one block.
    pub const fn block_bytes(self) -> usize {
        self.entry().n_bytes
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_holds_every_type_once() {
        for (index, dtype) in Dtype::ALL.into_iter().enumerate() {
            assert_eq!(dtype as usize, index, "{dtype} stands at another place in the enum");
            assert_eq!(Dtype::from_ggml(dtype.ggml_id()), Some(dtype));
        }
        assert_eq!(Dtype::ALL.len(), Dtype::Q6K as usize + 1);
    }

    #[test]
    fn types_of_ggml_that_are_not_read_have_no_dtype() {
        // 4 and 5 were removed from ggml, 9 and 15 are for activations, 16 is IQ2_XXS.
        for id in [4, 5, 9, 15, 16, 31, u32::MAX] {
            assert_eq!(Dtype::from_ggml(id), None, "{id}");
        }
    }

    #[test]
    fn blocks_have_the_sizes_of_ggml_common_h() {
        let sizes: Vec<_> = Dtype::ALL.into_iter().map(|d| (d.block_len(), d.block_bytes())).collect();
        let expected = [
            (1, 4),
            (1, 2),
            (1, 2),
            (32, 18),
            (32, 20),
            (32, 22),
            (32, 24),
            (32, 34),
            (256, 84),
            (256, 110),
            (256, 144),
            (256, 176),
            (256, 210),
        ];
        assert_eq!(sizes, expected);
    }
}
