//! How each tensor is stored, by llama.cpp's rules.

use tensor::Dtype;

use crate::pair::Tower;
use crate::pair::plan::{Part, Planned};

/// What a pair is packed as: the type of most matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PackType {
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
    /// 4.5 bits (text only)
    #[value(name = "q4_0")]
    Q4_0,
}

impl PackType {
    /// The type that one of the files gets. llama.cpp's converter writes no mmproj below Q8_0.
    pub(super) fn of(self, tower: Tower) -> Self {
        match (self, tower) {
            (Self::Q4_0, Tower::Vision) => Self::Q8_0,
            (other, _) => other,
        }
    }

    /// `general.file_type` (`enum llama_ftype` in llama.h).
    pub(super) fn file_type(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q4_0 => 2,
            Self::Q8_0 => 7,
            Self::Bf16 => 32,
        }
    }

    fn matrix_dtype(self) -> Dtype {
        match self {
            Self::F32 => Dtype::F32,
            Self::F16 => Dtype::F16,
            Self::Bf16 => Dtype::BF16,
            Self::Q8_0 => Dtype::Q8_0,
            Self::Q4_0 => Dtype::Q4_0,
        }
    }

    /// The type of one tensor.
    ///
    /// Vectors stay F32. The patch embedding, whose rows of 14 no block divides, is F16, and F32 in BF16 files, where
    /// that loses nothing; llama.cpp's converter has F32 there in Q8_0 files too, at twice the size for no gain. In a
    /// Q4_0 text file the matrix that makes the logits is Q6_K, as llama-quantize has it. A row that is no multiple of
    /// the block falls back to the next wider type.
    pub(super) fn dtype(self, tower: Tower, tensor: &Planned, tied: bool) -> Dtype {
        if tensor.shape().len() == 1 {
            return Dtype::F32;
        }
        if matches!(tensor.part, Part::Frame(_)) {
            return if matches!(self, Self::F32 | Self::Bf16) { Dtype::F32 } else { Dtype::F16 };
        }
        let head = if tied { "token_embd.weight" } else { "output.weight" };
        let makes_logits = tower == Tower::Text && tensor.gguf_name == head;
        let wanted: &[Dtype] = match self {
            Self::Q4_0 if makes_logits => &[Dtype::Q6K, Dtype::Q8_0],
            _ => &[self.matrix_dtype()],
        };
        let fits = |dtype: &&Dtype| tensor.row_len().is_multiple_of(dtype.block_len());
        wanted.iter().find(fits).copied().unwrap_or(Dtype::F16)
    }
}
