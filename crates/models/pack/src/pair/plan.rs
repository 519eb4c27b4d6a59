//! The tensors of a Qwen2-VL: name and shape of each on the hub, and what llama.cpp's converter makes of it (names of
//! `gguf-py/gguf/tensor_mapping.py`).

use super::config::{TextConfig, VisionConfig};

/// One tensor of the output, and the piece of a checkpoint's tensor that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlannedTensor {
    pub(crate) gguf_name: String,
    pub(crate) hub_name: String,
    pub(crate) hub_shape: Vec<usize>,
    pub(crate) piece: Piece,
}

/// Piece of a checkpoint's tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Whole,
    /// One third of the rows: q, k or v of a fused projection.
    Third(usize),
    /// One frame of a patch-embedding kernel (out, channel, frame, row, column).
    Frame(usize),
}

impl PlannedTensor {
    /// Outermost dimension first.
    pub(crate) fn shape(&self) -> Vec<usize> {
        let mut shape = self.hub_shape.clone();
        match self.piece {
            Piece::Whole => {}
            Piece::Third(_) => shape[0] /= 3,
            Piece::Frame(_) => {
                shape.remove(2);
            }
        }
        shape
    }

    pub(crate) fn n_elements(&self) -> usize {
        self.shape().iter().product()
    }

    /// Elements of the innermost dimension; blocks of a quantised type must divide it.
    pub(crate) fn row_len(&self) -> usize {
        self.shape().last().copied().unwrap_or(1)
    }
}

/// Elements of all tensors together.
pub(crate) fn n_parameters(tensors: &[PlannedTensor]) -> u64 {
    tensors.iter().map(|t| t.n_elements() as u64).sum()
}

fn planned(gguf_name: String, hub_name: String, hub_shape: &[usize], piece: Piece) -> PlannedTensor {
    PlannedTensor { gguf_name, hub_name, hub_shape: hub_shape.to_vec(), piece }
}

/// The text model. A tied head is the embedding, so it has no tensor of its own.
pub(crate) fn text_tensors(config: &TextConfig, tied: bool) -> Vec<PlannedTensor> {
    let (hidden, mlp, vocab) = (config.hidden_size, config.intermediate_size, config.vocab_size);
    let q = config.num_attention_heads * config.head_dim();
    let kv = config.num_key_value_heads * config.head_dim();
    let mut tensors = Vec::new();
    let mut add =
        |gguf: String, hub: String, shape: &[usize]| tensors.push(planned(gguf, hub, shape, Piece::Whole));

    add("token_embd.weight".into(), "model.embed_tokens.weight".into(), &[vocab, hidden]);
    for i in 0..config.num_hidden_layers {
        let mut layer = |gguf: &str, hub: &str, shape: &[usize]| {
            add(format!("blk.{i}.{gguf}"), format!("model.layers.{i}.{hub}"), shape);
        };
        layer("attn_norm.weight", "input_layernorm.weight", &[hidden]);
        layer("attn_q.weight", "self_attn.q_proj.weight", &[q, hidden]);
        layer("attn_q.bias", "self_attn.q_proj.bias", &[q]);
        layer("attn_k.weight", "self_attn.k_proj.weight", &[kv, hidden]);
        layer("attn_k.bias", "self_attn.k_proj.bias", &[kv]);
        layer("attn_v.weight", "self_attn.v_proj.weight", &[kv, hidden]);
        layer("attn_v.bias", "self_attn.v_proj.bias", &[kv]);
        layer("attn_output.weight", "self_attn.o_proj.weight", &[hidden, q]);
        layer("ffn_norm.weight", "post_attention_layernorm.weight", &[hidden]);
        layer("ffn_gate.weight", "mlp.gate_proj.weight", &[mlp, hidden]);
        layer("ffn_up.weight", "mlp.up_proj.weight", &[mlp, hidden]);
        layer("ffn_down.weight", "mlp.down_proj.weight", &[hidden, mlp]);
    }
    add("output_norm.weight".into(), "model.norm.weight".into(), &[hidden]);
    if !tied {
        add("output.weight".into(), "lm_head.weight".into(), &[vocab, hidden]);
    }
    tensors
}

/// The vision tower and the merger.
pub(crate) fn vision_tensors(config: &VisionConfig) -> Vec<PlannedTensor> {
    let (width, mlp, patch) = (config.embed_dim, config.mlp_width(), config.patch_size);
    let merged = width * config.spatial_merge_size * config.spatial_merge_size;
    let mut tensors = Vec::new();
    let mut add =
        |gguf: String, hub: String, shape: &[usize], part| tensors.push(planned(gguf, hub, shape, part));

    let kernel = [width, config.in_channels, config.temporal_patch_size, patch, patch];
    for (frame, suffix) in ["", ".1"].into_iter().enumerate() {
        let gguf = format!("v.patch_embd.weight{suffix}");
        add(gguf, "visual.patch_embed.proj.weight".into(), &kernel, Piece::Frame(frame));
    }
    for i in 0..config.depth {
        let mut block = |gguf: &str, hub: &str, shape: &[usize], part| {
            add(format!("v.blk.{i}.{gguf}"), format!("visual.blocks.{i}.{hub}"), shape, part);
        };
        let mut norm = |gguf: &str, hub: &str| {
            block(&format!("{gguf}.weight"), &format!("{hub}.weight"), &[width], Piece::Whole);
            block(&format!("{gguf}.bias"), &format!("{hub}.bias"), &[width], Piece::Whole);
        };
        norm("ln1", "norm1");
        norm("ln2", "norm2");
        for (third, letter) in ["q", "k", "v"].into_iter().enumerate() {
            let part = Piece::Third(third);
            block(&format!("attn_{letter}.weight"), "attn.qkv.weight", &[3 * width, width], part);
            block(&format!("attn_{letter}.bias"), "attn.qkv.bias", &[3 * width], part);
        }
        let mut linear = |gguf: &str, hub: &str, rows: usize, cols: usize| {
            block(&format!("{gguf}.weight"), &format!("{hub}.weight"), &[rows, cols], Piece::Whole);
            block(&format!("{gguf}.bias"), &format!("{hub}.bias"), &[rows], Piece::Whole);
        };
        linear("attn_out", "attn.proj", width, width);
        linear("ffn_up", "mlp.fc1", mlp, width);
        linear("ffn_down", "mlp.fc2", width, mlp);
    }
    for (gguf, hub, shape) in [
        ("v.post_ln.weight", "ln_q.weight", &[width][..]),
        ("v.post_ln.bias", "ln_q.bias", &[width]),
        ("mm.0.weight", "mlp.0.weight", &[merged, merged]),
        ("mm.0.bias", "mlp.0.bias", &[merged]),
        ("mm.2.weight", "mlp.2.weight", &[config.hidden_size, merged]),
        ("mm.2.bias", "mlp.2.bias", &[config.hidden_size]),
    ] {
        add(gguf.into(), format!("visual.merger.{hub}"), shape, Piece::Whole);
    }
    tensors
}
