use weights::{Gguf, TensorInfo};

use super::{Arrived, Bias, LoadError, Tensors, joined, matrix_shape};
use crate::backend::{Backend, Linear, Shape};
use crate::config::TextConfig;
use crate::forward::text::{TextBlock, TextModel};
use crate::plan::Plan;

/// Collects the language model's tensors as they arrive.
#[derive(Debug)]
pub struct TextTensors<B: Backend> {
    config: TextConfig,
    tied: bool,
    arrived: Arrived<B::Weight>,
}

impl<B: Backend> TextTensors<B> {
    /// For a text file. Without `output.weight` the head is tied to the embedding table.
    pub fn new(gguf: &Gguf) -> Result<Self, LoadError> {
        let tied = gguf.tensor("output.weight").is_none();
        Ok(Self { config: TextConfig::new(gguf)?, tied, arrived: Arrived::default() })
    }

    /// The model's configuration.
    pub fn config(&self) -> &TextConfig {
        &self.config
    }

    /// The model, once everything has arrived.
    pub fn finish(mut self, b: &mut B) -> Result<TextModel<B>, LoadError> {
        let c = &self.config;
        let (n_embd, n_kv, n_ff) = (c.n_embd, c.n_kv_cols(), c.n_ff);
        let a = &mut self.arrived;
        // Grows with each block that is found: the number of layers in the file may be wrong.
        let mut blocks = Vec::new();
        for i in 0..c.n_layers {
            let name = |part: &str| format!("blk.{i}.{part}");
            let square = Shape::new(n_embd, n_embd);
            let to_kv = Shape::new(n_kv, n_embd);
            let query = a.linear(b, &name("attn_q"), square, Bias::Present)?;
            let key = a.linear(b, &name("attn_k"), to_kv, Bias::Present)?;
            let value = a.linear(b, &name("attn_v"), to_kv, Bias::Present)?;
            let [query, key, value] = joined(b, [query, key, value])?;
            let gate = a.linear(b, &name("ffn_gate"), Shape::new(n_ff, n_embd), Bias::Absent)?;
            let up = a.linear(b, &name("ffn_up"), Shape::new(n_ff, n_embd), Bias::Absent)?;
            let [gate, up] = joined(b, [gate, up])?;
            blocks.push(TextBlock {
                attention_norm: a.norm(b, &name("attn_norm"), n_embd, c.rms_eps, Bias::Absent)?,
                query,
                key,
                value,
                output: a.linear(b, &name("attn_output"), square, Bias::Absent)?,
                mlp_norm: a.norm(b, &name("ffn_norm"), n_embd, c.rms_eps, Bias::Absent)?,
                gate,
                up,
                down: a.linear(b, &name("ffn_down"), Shape::new(n_embd, n_ff), Bias::Absent)?,
            });
        }
        let table = Shape::new(c.n_vocab, n_embd);
        Ok(TextModel {
            norm: a.norm(b, "output_norm", n_embd, c.rms_eps, Bias::Absent)?,
            embedding: Linear { weight: a.take(b, "token_embd.weight", table)?, bias: None },
            head: match self.tied {
                true => None,
                false => Some(Linear { weight: a.take(b, "output.weight", table)?, bias: None }),
            },
            blocks,
            config: self.config,
        })
    }
}

impl<B: Backend> Tensors<B> for TextTensors<B> {
    fn insert(&mut self, b: &mut B, info: &TensorInfo, bytes: &[u8]) -> Result<(), LoadError> {
        let weight = b.weight(info.dtype, matrix_shape(info), bytes)?;
        self.arrived(info, weight);
        Ok(())
    }

    fn is_wanted_whole(&self, _: &TensorInfo) -> bool {
        false
    }

    fn arrived(&mut self, info: &TensorInfo, weight: B::Weight) {
        self.arrived.insert(&info.name, weight);
    }
}

impl TextTensors<Plan> {
    /// The model without its weights, from the header only: its work can be counted, and a file whose tensors are
    /// missing or of other shapes is refused before any weight is read.
    pub fn planned(gguf: &Gguf) -> Result<TextModel<Plan>, LoadError> {
        let mut plan = Plan::default();
        let mut tensors = Self::new(gguf)?;
        for info in gguf.tensors() {
            tensors.insert(&mut plan, info, &[])?;
        }
        tensors.finish(&mut plan)
    }
}
