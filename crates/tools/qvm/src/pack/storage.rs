//! What a pair can be packed as.

use tensor::Dtype;

use crate::pair::Tower;

/// What a pair is packed as: the type of most matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PackType {
    /// 32 bits: exact for any checkpoint
    #[value(name = "f32")]
    F32,
    /// 16 bits, half precision
    #[value(name = "f16")]
    F16,
    /// 16 bits, the upper half of f32
    #[value(name = "bf16")]
    Bf16,
    /// 8.5 bits
    #[value(name = "q8_0")]
    Q8_0,
    /// 6.6 bits (text only)
    #[value(name = "q6_k")]
    Q6K,
    /// 5.5 bits, 6.6 where it matters most (text only)
    #[value(name = "q5_k_m")]
    Q5KM,
    /// 4.5 bits, 6.6 where it matters most (text only): the usual file of a Qwen2-VL
    #[value(name = "q4_k_m")]
    Q4KM,
    /// 4.5 bits, 6.6 for the head (text only)
    #[value(name = "q4_0")]
    Q4_0,
}

impl PackType {
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
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q8_0 => 7,
            Self::Q4KM => 15,
            Self::Q5KM => 17,
            Self::Q6K => 18,
            Self::Bf16 => 32,
        }
    }

    /// What most matrices are stored as.
    pub(super) fn matrix_dtype(self) -> Dtype {
        match self {
            Self::F32 => Dtype::F32,
            Self::F16 => Dtype::F16,
            Self::Bf16 => Dtype::BF16,
            Self::Q8_0 => Dtype::Q8_0,
            Self::Q4_0 => Dtype::Q4_0,
            Self::Q4KM => Dtype::Q4K,
            Self::Q5KM => Dtype::Q5K,
            Self::Q6K => Dtype::Q6K,
        }
    }
}
