use imaging::PATCH_LEN;
use tensor::{Dtype, dequantise};
use weights::{Gguf, TensorInfo};

use super::{Arrived, Bias, LoadError, Tensors, matrix_shape};
use crate::backend::{Backend, Linear, Shape};
use crate::config::{ModelError, TextConfig, VisionConfig, tensor};
use crate::forward::vision::{VisionBlock, VisionModel};
use crate::plan::Plan;

/// Collects the vision tower's tensors as they arrive.
#[derive(Debug)]
pub struct VisionTensors<B: Backend> {
    config: VisionConfig,
    n_ff: usize,
    /// Files of the first converter have the names of the MLP's two matrices exchanged.
    mlp_exchanged: bool,
    patch_slices: [Option<Vec<f32>>; 2],
    arrived: Arrived<B::Weight>,
}

const PATCH_SLICES: [&str; 2] = ["v.patch_embd.weight", "v.patch_embd.weight.1"];

/// A 10 x 10 table that the first converter wrote and nothing reads.
const UNREAD: &str = "v.position_embd.weight";

impl<B: Backend> VisionTensors<B> {
    /// For the vision file that goes with `text`.
    pub fn new(gguf: &Gguf, text: &TextConfig) -> Result<Self, LoadError> {
        let config = VisionConfig::new(gguf)?;
        if config.n_out != text.n_embd {
            return Err(ModelError::Mismatch { vision: config.n_out, text: text.n_embd }.into());
        }
        // `clip.vision.feed_forward_length` holds another number (or 0), so the MLP's width comes from its tensor.
        let down = matrix_shape(tensor(gguf, "v.blk.0.ffn_down.weight")?);
        let mlp_exchanged = down.cols == config.n_embd && down.rows != config.n_embd;
        let n_ff = if mlp_exchanged { down.rows } else { down.cols };
        Ok(Self { config, n_ff, mlp_exchanged, patch_slices: [None, None], arrived: Arrived::default() })
    }

    fn patch_slice(&self, info: &TensorInfo, bytes: &[u8]) -> Result<Vec<f32>, LoadError> {
        let expected = Shape::new(self.config.n_embd, PATCH_LEN);
        let shape_error = || ModelError::TensorShape {
            name: info.name.clone(),
            found: info.shape.clone(),
            expected: vec![expected.rows, 3, 14, 14],
        };
        if matrix_shape(info) != expected {
            return Err(shape_error().into());
        }
        let mut values = vec![0.0; expected.n_elements()];
        dequantise(info.dtype, bytes, &mut values).map_err(|_| shape_error())?;
        Ok(values)
    }

    /// The model, once everything has arrived.
    pub fn finish(mut self, b: &mut B) -> Result<VisionModel<B>, LoadError> {
        let patch_embedding = self.patch_embedding(b)?;
        let c = &self.config;
        let (n, n_ff, merged) = (c.n_embd, self.n_ff, 4 * c.n_embd);
        let (fc1, fc2) = if self.mlp_exchanged { ("ffn_down", "ffn_up") } else { ("ffn_up", "ffn_down") };
        let a = &mut self.arrived;
        let b = &*b;
        // Grows with each block that is found: the number of layers in the file may be wrong.
        let mut blocks = Vec::new();
        for i in 0..c.n_layers {
            let name = |part: &str| format!("v.blk.{i}.{part}");
            let square = Shape::new(n, n);
            blocks.push(VisionBlock {
                attention_norm: a.norm(b, &name("ln1"), n, c.eps, Bias::Present)?,
                query: a.linear(b, &name("attn_q"), square, Bias::Present)?,
                key: a.linear(b, &name("attn_k"), square, Bias::Present)?,
                value: a.linear(b, &name("attn_v"), square, Bias::Present)?,
                output: a.linear(b, &name("attn_out"), square, Bias::Present)?,
                mlp_norm: a.norm(b, &name("ln2"), n, c.eps, Bias::Present)?,
                fc1: a.linear(b, &name(fc1), Shape::new(n_ff, n), Bias::Present)?,
                fc2: a.linear(b, &name(fc2), Shape::new(n, n_ff), Bias::Present)?,
            });
        }
        Ok(VisionModel {
            patch_embedding,
            blocks,
            merger_norm: a.norm(b, "v.post_ln", n, c.eps, Bias::Present)?,
            merger_in: a.linear(b, "mm.0", Shape::new(merged, merged), Bias::Present)?,
            merger_out: a.linear(b, "mm.2", Shape::new(c.n_out, merged), Bias::Present)?,
            config: self.config,
        })
    }

    /// A still image fills both temporal slices with the same pixels, so their weights are added once, here:
    /// `w0 x + w1 x = (w0 + w1) x`, half the work for every image.
    fn patch_embedding(&mut self, b: &mut B) -> Result<Linear<B::Weight>, LoadError> {
        let mut slice = |i: usize| {
            self.patch_slices[i]
                .take()
                .ok_or_else(|| ModelError::MissingTensor { name: PATCH_SLICES[i].to_owned() })
        };
        let (mut sum, second) = (slice(0)?, slice(1)?);
        sum.iter_mut().zip(&second).for_each(|(s, v)| *s += v);
        let bytes: Vec<u8> = sum.iter().flat_map(|v| v.to_le_bytes()).collect();
        let weight = b.weight(Dtype::F32, Shape::new(self.config.n_embd, PATCH_LEN), &bytes)?;
        Ok(Linear { weight, bias: None })
    }
}

impl<B: Backend> Tensors<B> for VisionTensors<B> {
    fn insert(&mut self, b: &mut B, info: &TensorInfo, bytes: &[u8]) -> Result<(), LoadError> {
        if let Some(slice) = PATCH_SLICES.iter().position(|name| *name == info.name) {
            self.patch_slices[slice] = Some(self.patch_slice(info, bytes)?);
        } else if info.name != UNREAD {
            let weight = b.weight(info.dtype, matrix_shape(info), bytes)?;
            self.arrived(info, weight);
        }
        Ok(())
    }

    fn is_wanted_whole(&self, info: &TensorInfo) -> bool {
        PATCH_SLICES.contains(&info.name.as_str()) || info.name == UNREAD
    }

    fn arrived(&mut self, info: &TensorInfo, weight: B::Weight) {
        self.arrived.insert(&info.name, weight);
    }
}

impl VisionTensors<Plan> {
    /// The tower without its weights, from the header only: see [`TextTensors::planned`](super::TextTensors::planned).
    pub fn planned(gguf: &Gguf, text: &TextConfig) -> Result<VisionModel<Plan>, LoadError> {
        let mut plan = Plan::default();
        let mut tensors = Self::new(gguf, text)?;
        for info in gguf.tensors() {
            // The slices of the patch embedding are added on the host, on every machine.
            let is_slice = PATCH_SLICES.contains(&info.name.as_str());
            let bytes = if is_slice { vec![0; info.n_bytes() as usize] } else { Vec::new() };
            tensors.insert(&mut plan, info, &bytes)?;
        }
        tensors.finish(&mut plan)
    }
}
