//! How each tensor is stored, by llama.cpp's rules (llama-quant.cpp).

use tensor::Dtype;

use crate::pair::TextRule;
use crate::pair::plan::{Piece, PlannedTensor};

/// What most matrices of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// One type.
    Plain(Dtype),
    /// Q4_K, and Q6_K for the tensors that suffer most from fewer bits: the usual file of a Qwen2-VL.
    Q4KM,
}

impl Storage {
    /// `general.file_type` (`enum llama_ftype` in llama.h); of the k-quants' mixes the smallest, which is nearest to one
    /// type throughout.
    pub(super) fn file_type(self) -> u32 {
        match self {
            Self::Plain(Dtype::F32) => 0,
            Self::Plain(Dtype::F16) => 1,
            Self::Plain(Dtype::Q4_0) => 2,
            Self::Plain(Dtype::Q4_1) => 3,
            Self::Plain(Dtype::Q8_0) => 7,
            Self::Plain(Dtype::Q5_0) => 8,
            Self::Plain(Dtype::Q5_1) => 9,
            Self::Plain(Dtype::Q2K) => 10,
            Self::Plain(Dtype::Q3K) => 11,
            Self::Plain(Dtype::Q4K) => 14,
            Self::Q4KM => 15,
            Self::Plain(Dtype::Q5K) => 16,
            Self::Plain(Dtype::Q6K) => 18,
            Self::Plain(Dtype::BF16) => 32,
        }
    }

    /// The type of a text tensor: vectors are F32, the matrix that makes the logits has at least six bits.
    pub(super) fn text_dtype(self, tensor: &PlannedTensor, rule: TextRule) -> Dtype {
        if tensor.shape().len() == 1 {
            return Dtype::F32;
        }
        match self {
            Self::Plain(dtype) if rule.is_head(tensor) && bits(dtype) < bits(Dtype::Q6K) => Dtype::Q6K,
            Self::Plain(dtype) => dtype,
            Self::Q4KM if rule.is_head(tensor) || rule.has_more_bits(tensor) => Dtype::Q6K,
            Self::Q4KM => Dtype::Q4K,
        }
    }

    /// The type of a vision tensor: vectors are F32; the patch embedding, whose rows of 14 no block divides, is F16, or
    /// F32 if F16 would lose bits.
    pub(super) fn vision_dtype(self, tensor: &PlannedTensor) -> Dtype {
        let Self::Plain(dtype) = self else { return Dtype::Q8_0 };
        match tensor.piece {
            _ if tensor.shape().len() == 1 => Dtype::F32,
            Piece::Frame(_) if matches!(dtype, Dtype::F32 | Dtype::BF16) => Dtype::F32,
            Piece::Frame(_) => Dtype::F16,
            _ => dtype,
        }
    }
}

/// Bits of 256 elements.
fn bits(dtype: Dtype) -> usize {
    256 / dtype.block_len() * dtype.block_bytes() * 8
}
