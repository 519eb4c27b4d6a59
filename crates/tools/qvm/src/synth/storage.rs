//! How each tensor is stored, by llama.cpp's rules (llama-quant.cpp).

use tensor::Dtype;

use crate::pair::plan::{Part, Planned};

/// What most matrices of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// One type.
    Plain(Dtype),
    /// Q4_K, and Q6_K for what suffers most from fewer bits: the usual file of a Qwen2-VL.
    Q4KM,
}

/// What of the text model decides about a tensor's type, besides its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextRule {
    /// The embedding is also the head.
    pub(super) tied: bool,
    pub(super) n_layers: usize,
}

/// Reads the name of a text file's storage.
pub(super) fn text(name: &str) -> Result<Storage, String> {
    if name.eq_ignore_ascii_case("q4_k_m") { Ok(Storage::Q4KM) } else { plain(name, "q4_k_m, ") }
}

/// Reads the name of a vision file's storage. llama.cpp has no mixes there.
pub(super) fn vision(name: &str) -> Result<Storage, String> {
    plain(name, "")
}

fn plain(name: &str, more: &str) -> Result<Storage, String> {
    let found = Dtype::ALL.into_iter().find(|dtype| dtype.name().eq_ignore_ascii_case(name));
    let names = || Dtype::ALL.map(|dtype| dtype.name().to_lowercase()).join(", ");
    found.map(Storage::Plain).ok_or_else(|| format!("expected one of {more}{}", names()))
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
    pub(super) fn text_dtype(self, tensor: &Planned, rule: TextRule) -> Dtype {
        let name = tensor.gguf_name.as_str();
        if tensor.shape().len() == 1 {
            return Dtype::F32;
        }
        let head = if rule.tied { "token_embd.weight" } else { "output.weight" };
        match self {
            Self::Plain(dtype) if name == head && bits(dtype) < bits(Dtype::Q6K) => Dtype::Q6K,
            Self::Plain(dtype) => dtype,
            Self::Q4KM if name == head || (is_tender(name) && has_more_bits(name, rule.n_layers)) => {
                Dtype::Q6K
            }
            Self::Q4KM => Dtype::Q4K,
        }
    }

    /// The type of a vision tensor: vectors are F32; the patch embedding, whose rows of 14 no block divides, is F16, or
    /// F32 where F16 would lose bits.
    pub(super) fn vision_dtype(self, tensor: &Planned) -> Dtype {
        let Self::Plain(dtype) = self else { return Dtype::Q8_0 };
        match tensor.part {
            _ if tensor.shape().len() == 1 => Dtype::F32,
            Part::Frame(_) if matches!(dtype, Dtype::F32 | Dtype::BF16) => Dtype::F32,
            Part::Frame(_) => Dtype::F16,
            _ => dtype,
        }
    }
}

/// Bits of 256 elements.
fn bits(dtype: Dtype) -> usize {
    256 / dtype.block_len() * dtype.block_bytes() * 8
}

fn is_tender(name: &str) -> bool {
    name.ends_with("attn_v.weight") || name.ends_with("ffn_down.weight")
}

/// `use_more_bits`: the first and the last eighth of the blocks, and every third between.
fn has_more_bits(name: &str, n_layers: usize) -> bool {
    let layer = name.split('.').nth(1).and_then(|number| number.parse::<usize>().ok()).unwrap_or(0);
    let eighth = n_layers / 8;
    layer < eighth || layer >= 7 * n_layers / 8 || (layer - eighth) % 3 == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bits_go_where_llama_quantize_puts_them() {
        let layers: Vec<usize> =
            (0..28).filter(|i| has_more_bits(&format!("blk.{i}.attn_v.weight"), 28)).collect();
        assert_eq!(layers, [0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 24, 25, 26, 27]);
    }

    #[test]
    fn names_are_ggufs() {
        assert_eq!(text("q4_k_m"), Ok(Storage::Q4KM));
        assert_eq!(text("Q5_1"), Ok(Storage::Plain(Dtype::Q5_1)));
        assert_eq!(vision("bf16"), Ok(Storage::Plain(Dtype::BF16)));
        assert!(text("q9").is_err_and(|said| said.contains("q4_k_m, f32")));
        assert!(vision("q4_k_m").is_err_and(|said| said.contains("one of f32")));
    }
}
