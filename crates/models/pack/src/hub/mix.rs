//! Which type each tensor gets, as in llama.cpp: `llama_tensor_get_type` of `src/llama-quant.cpp` for the text model,
//! `tensor_force_quant` and the fallback of its converter for the mmproj.

use tensor::Dtype;

use super::PackType;
use crate::pair::TextRule;
use crate::pair::plan::{Piece, PlannedTensor};

/// The type of a text tensor, by `llama_tensor_get_type_impl`.
///
/// Vectors stay F32. The matrix that makes the logits has at least Q6_K. In the mixes, so have the values and the down
/// projection of the layers that `use_more_bits` names.
pub(super) fn text_dtype(pack_type: PackType, tensor: &PlannedTensor, rule: TextRule) -> Dtype {
    if tensor.shape().len() == 1 {
        return Dtype::F32;
    }
    let usual = pack_type.matrix_dtype();
    let is_mix = matches!(pack_type, PackType::Q4KM | PackType::Q5KM);
    let wanted = if !pack_type.is_quantised() {
        usual
    } else if rule.is_head(tensor) {
        let is_ragged = !tensor.row_len().is_multiple_of(usual.block_len());
        if is_ragged || usual == Dtype::Q8_0 { Dtype::Q8_0 } else { Dtype::Q6K }
    } else if is_mix && rule.has_more_bits(tensor) {
        Dtype::Q6K
    } else {
        usual
    };
    fitting(wanted, tensor.row_len())
}

/// The type of a vision tensor in a file of a type that an mmproj can have.
///
/// Vectors are F32. So is the patch embedding, except in F16 files, in which it is F16.
pub(super) fn vision_dtype(pack_type: PackType, tensor: &PlannedTensor) -> Dtype {
    match tensor.piece {
        _ if tensor.shape().len() == 1 => Dtype::F32,
        Piece::Frame(_) if pack_type == PackType::F16 => Dtype::F16,
        Piece::Frame(_) => Dtype::F32,
        _ => fitting(pack_type.matrix_dtype(), tensor.row_len()),
    }
}

/// Replaces a type whose blocks do not divide the row: `tensor_type_fallback`. If that does not fit either, or if
/// llama-quantize would give up (Q4_0 and Q8_0), it is F16, as in the converter.
fn fitting(wanted: Dtype, row_len: usize) -> Dtype {
    if row_len.is_multiple_of(wanted.block_len()) {
        return wanted;
    }
    let fallback = match wanted {
        Dtype::Q4K => Dtype::Q5_0,
        Dtype::Q5K => Dtype::Q5_1,
        Dtype::Q6K => Dtype::Q8_0,
        _ => Dtype::F16,
    };
    if row_len.is_multiple_of(fallback.block_len()) { fallback } else { Dtype::F16 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::pair::plan;
    use crate::synth::Size;

    /// Of 28 layers, those that `use_more_bits` names. Checked against `llama-quantize --dry-run` on a 2B.
    const MORE_BITS: [usize; 14] = [0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 24, 25, 26, 27];

    fn types(size: Size, pack_type: PackType) -> BTreeMap<String, Dtype> {
        let config = size.config(None, None).unwrap();
        let tied = config.text.tie_word_embeddings.unwrap();
        let rule = TextRule { tied, n_layers: config.text.num_hidden_layers };
        let tensors = plan::text_tensors(&config.text, tied);
        tensors.iter().map(|t| (t.gguf_name.clone(), text_dtype(pack_type, t, rule))).collect()
    }

    /// What llama-quantize gives, written out: the usual type, that of the embedding, of the head if it has one of its own,
    /// and of values and down projections in the layers above.
    fn expected(
        head: &str,
        usual: Dtype,
        embedding: Dtype,
        head_dtype: Dtype,
        more: Dtype,
    ) -> BTreeMap<String, Dtype> {
        let mut expected = BTreeMap::from([("output_norm.weight".to_owned(), Dtype::F32)]);
        expected.insert("token_embd.weight".to_owned(), embedding);
        expected.insert(head.to_owned(), head_dtype);
        for i in 0..28 {
            for vector in ["attn_norm.weight", "ffn_norm.weight", "attn_q.bias", "attn_k.bias", "attn_v.bias"]
            {
                expected.insert(format!("blk.{i}.{vector}"), Dtype::F32);
            }
            for matrix in ["attn_q", "attn_k", "attn_output", "ffn_gate", "ffn_up"] {
                expected.insert(format!("blk.{i}.{matrix}.weight"), usual);
            }
            for matrix in ["attn_v", "ffn_down"] {
                let dtype = if MORE_BITS.contains(&i) { more } else { usual };
                expected.insert(format!("blk.{i}.{matrix}.weight"), dtype);
            }
        }
        expected
    }

    #[test]
    fn the_2b_and_the_7b_get_the_types_of_llama_quantize() {
        use Dtype::{Q4_0, Q4K, Q5K, Q6K, Q8_0};
        let (embedding, output) = ("token_embd.weight", "output.weight");
        for (pack_type, usual, head, more) in [
            (PackType::Q4KM, Q4K, Q6K, Q6K),
            (PackType::Q5KM, Q5K, Q6K, Q6K),
            (PackType::Q6K, Q6K, Q6K, Q6K),
            (PackType::Q4_0, Q4_0, Q6K, Q4_0),
            (PackType::Q8_0, Q8_0, Q8_0, Q8_0),
            (PackType::F16, Dtype::F16, Dtype::F16, Dtype::F16),
        ] {
            let tied = expected(embedding, usual, head, head, more);
            assert_eq!(types(Size::TwoB, pack_type), tied, "{pack_type:?} of the 2B");
            assert_eq!(tied.len(), 338);
            let untied = expected(output, usual, usual, head, more);
            assert_eq!(types(Size::SevenB, pack_type), untied, "{pack_type:?} of the 7B");
            assert_eq!(untied.len(), 339);
        }
    }

    #[test]
    fn one_wrong_layer_or_head_shows() {
        let found = types(Size::TwoB, PackType::Q4KM);
        let right = expected("token_embd.weight", Dtype::Q4K, Dtype::Q6K, Dtype::Q6K, Dtype::Q6K);
        for (name, dtype) in [("blk.3.attn_v.weight", Dtype::Q6K), ("token_embd.weight", Dtype::Q4K)] {
            let mut wrong = right.clone();
            wrong.insert(name.to_owned(), dtype);
            assert_ne!(found, wrong, "{name}");
        }
        // The 7B's embedding is not its head.
        assert_ne!(types(Size::SevenB, PackType::Q4KM)["token_embd.weight"], Dtype::Q6K);
    }

    /// The sizes of the files that llama-quantize makes of a 2B, which differ only in their types.
    #[test]
    fn q4_k_m_and_q4_0_of_the_2b_differ_by_as_many_bytes_as_llama_cpps_files() {
        let config = Size::TwoB.config(None, None).unwrap();
        let n_bytes = |pack_type: PackType| -> usize {
            let rule = TextRule { tied: true, n_layers: 28 };
            let tensors = plan::text_tensors(&config.text, true);
            tensors.iter().map(|t| text_dtype(pack_type, t, rule).n_bytes(t.n_elements()).unwrap()).sum()
        };
        assert_eq!(n_bytes(PackType::Q4KM) - n_bytes(PackType::Q4_0), 986_045_344 - 934_951_840);
    }

    #[test]
    fn rows_that_no_block_divides_fall_back_as_llama_cpp_has_it() {
        use Dtype::{F16, Q4_0, Q4K, Q5_0, Q5_1, Q5K, Q6K, Q8_0};
        for (wanted, rows_of_96, rows_of_200) in
            [(Q4K, Q5_0, F16), (Q5K, Q5_1, F16), (Q6K, Q8_0, F16), (Q4_0, Q4_0, F16), (Q8_0, Q8_0, F16)]
        {
            assert_eq!(fitting(wanted, 96), rows_of_96, "{wanted}");
            assert_eq!(fitting(wanted, 200), rows_of_200, "{wanted}");
            assert_eq!(fitting(wanted, 512), wanted);
        }
    }
}
