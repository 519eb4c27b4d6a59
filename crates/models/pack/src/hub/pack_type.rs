//! What a pair can be packed as.

use tensor::Dtype;

use crate::pair::Tower;

/// What a pair is packed as: the type of most matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackType {
    /// 32 bits: exact for any checkpoint.
    F32,
    /// 16 bits, half precision.
    F16,
    /// 16 bits, the upper half of f32.
    Bf16,
    /// 8.5 bits.
    Q8_0,
    /// 6.6 bits (text only).
    Q6K,
    /// 5.5 bits, 6.6 where it matters most (text only).
    Q5KM,
    /// 4.5 bits, 6.6 where it matters most (text only): the usual file of a Qwen2-VL.
    Q4KM,
    /// 4.5 bits, 6.6 for the head (text only).
    Q4_0,
}

impl PackType {
    /// The name, as it is asked for and as the manifest has it: `q4_k_m`.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// The type that one of the files gets. llama.cpp's converter writes no mmproj below Q8_0.
    pub(super) fn of(self, tower: Tower) -> Self {
        match tower {
            Tower::Vision if self.is_quantised() => Self::Q8_0,
            _ => self,
        }
    }

    pub(super) fn is_quantised(self) -> bool {
        !matches!(self, Self::F32 | Self::F16 | Self::Bf16)
    }

    /// `general.file_type` (`enum llama_ftype` in llama.h).
    pub(super) fn file_type(self) -> u32 {
        self.facts().1
    }

    /// What most matrices are stored as.
    pub(super) fn matrix_dtype(self) -> Dtype {
        self.facts().2
    }

    /// Name, `general.file_type`, type of most matrices.
    fn facts(self) -> (&'static str, u32, Dtype) {
        match self {
            Self::F32 => ("f32", 0, Dtype::F32),
            Self::F16 => ("f16", 1, Dtype::F16),
            Self::Bf16 => ("bf16", 32, Dtype::BF16),
            Self::Q8_0 => ("q8_0", 7, Dtype::Q8_0),
            Self::Q6K => ("q6_k", 18, Dtype::Q6K),
            Self::Q5KM => ("q5_k_m", 17, Dtype::Q5K),
            Self::Q4KM => ("q4_k_m", 15, Dtype::Q4K),
            Self::Q4_0 => ("q4_0", 2, Dtype::Q4_0),
        }
    }
}
