//! Which tensors of a text model deserve more bits, by `llama_tensor_get_type` of llama.cpp's `src/llama-quant.cpp`.

use super::plan::PlannedTensor;

/// What of the text model decides about a tensor's type, besides its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextRule {
    /// The embedding is also the head (`has_tied_embeddings`).
    pub(crate) tied: bool,
    pub(crate) n_layers: usize,
}

impl TextRule {
    /// Whether a tensor is the matrix that makes the logits.
    pub(crate) fn is_head(self, tensor: &PlannedTensor) -> bool {
        tensor.gguf_name == if self.tied { "token_embd.weight" } else { "output.weight" }
    }

    /// Whether the mixes store a tensor in more bits: values and the way down, in the layers that `use_more_bits` names.
    pub(crate) fn has_more_bits(self, tensor: &PlannedTensor) -> bool {
        let name = tensor.gguf_name.as_str();
        let is_tender = name.ends_with("attn_v.weight") || name.ends_with("ffn_down.weight");
        is_tender && layer_of(name).is_some_and(|layer| use_more_bits(layer, self.n_layers))
    }
}

fn layer_of(name: &str) -> Option<usize> {
    name.strip_prefix("blk.")?.split('.').next()?.parse().ok()
}

/// `use_more_bits`: the first and the last eighth of the layers, and every third between.
fn use_more_bits(layer: usize, n_layers: usize) -> bool {
    let eighth = n_layers / 8;
    layer < eighth || layer >= 7 * n_layers / 8 || (layer - eighth) % 3 == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bits_go_where_llama_quantize_puts_them() {
        let layers: Vec<usize> = (0..28).filter(|&layer| use_more_bits(layer, 28)).collect();
        assert_eq!(layers, [0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 24, 25, 26, 27]);
    }
}
