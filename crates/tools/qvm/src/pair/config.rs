//! `config.json` of a Qwen2-VL: flat, as the hub has it, or with a `text_config`, as newer transformers save it.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

/// Both towers' dimensions.
#[derive(Debug)]
pub(crate) struct HubConfig {
    pub(crate) text: TextConfig,
    pub(crate) vision: VisionConfig,
}

/// The text model. Names are those of `config.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct TextConfig {
    pub(crate) vocab_size: usize,
    pub(crate) hidden_size: usize,
    pub(crate) intermediate_size: usize,
    pub(crate) num_hidden_layers: usize,
    pub(crate) num_attention_heads: usize,
    pub(crate) num_key_value_heads: usize,
    pub(crate) rms_norm_eps: f32,
    pub(crate) max_position_embeddings: u32,
    /// Whether the output head is the embedding, where the file says.
    pub(crate) tie_word_embeddings: Option<bool>,
    rope_theta: Option<f32>,
    rope_scaling: Option<Rope>,
    rope_parameters: Option<Rope>,
}

#[derive(Debug, Deserialize)]
struct Rope {
    mrope_section: Option<Vec<i32>>,
    rope_theta: Option<f32>,
}

/// The vision tower. `hidden_size` is the text model's width, which the merger projects to.
#[derive(Debug, Deserialize)]
pub(crate) struct VisionConfig {
    pub(crate) depth: usize,
    pub(crate) embed_dim: usize,
    pub(crate) num_heads: usize,
    pub(crate) hidden_size: usize,
    #[serde(default = "default_mlp_ratio")]
    mlp_ratio: f64,
    #[serde(default = "default_patch_size")]
    pub(crate) patch_size: usize,
    #[serde(default = "default_merge_size")]
    pub(crate) spatial_merge_size: usize,
    #[serde(default = "default_temporal_size")]
    pub(crate) temporal_patch_size: usize,
}

// transformers' own defaults (configuration_qwen2_vl.py).
fn default_mlp_ratio() -> f64 {
    4.0
}
fn default_patch_size() -> usize {
    14
}
fn default_merge_size() -> usize {
    2
}
fn default_temporal_size() -> usize {
    2
}

impl HubConfig {
    /// Reads the contents of the file.
    ///
    /// # Errors
    /// Where it is no Qwen2-VL's, or its numbers do not go together.
    pub(crate) fn parse(root: &Value) -> Result<Self> {
        let model_type = root.get("model_type").and_then(Value::as_str).unwrap_or("(absent)");
        ensure!(model_type == "qwen2_vl", "model_type is {model_type}; only qwen2_vl can be packed");
        let text: TextConfig = serde_json::from_value(flattened(root))?;
        let vision =
            root.get("vision_config").context("vision_config is missing; expected one, as in Qwen2-VL")?;
        let vision: VisionConfig = serde_json::from_value(vision.clone()).context("vision_config")?;
        text.check()?;
        vision.check(&text)?;
        Ok(Self { text, vision })
    }
}

/// The root with the keys of `text_config`, where there is one, laid over it.
fn flattened(root: &Value) -> Value {
    let mut flat = root.clone();
    if let (Some(flat), Some(Value::Object(text))) = (flat.as_object_mut(), root.get("text_config")) {
        flat.extend(text.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    flat
}

impl TextConfig {
    pub(crate) fn head_dim(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// Base of the rotary frequencies. Absent in old files: transformers' default for Qwen2-VL.
    pub(crate) fn rope_theta(&self) -> f32 {
        let nested = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref()).and_then(|r| r.rope_theta);
        self.rope_theta.or(nested).unwrap_or(1_000_000.0)
    }

    /// Frequencies for time, height and width.
    pub(crate) fn mrope_section(&self) -> Result<[i32; 3]> {
        let rope = self.rope_scaling.as_ref().or(self.rope_parameters.as_ref());
        let found = rope.and_then(|r| r.mrope_section.as_deref()).unwrap_or_default();
        found.try_into().map_err(|_| {
            anyhow::anyhow!("mrope_section is {found:?}; expected three numbers for time, height and width")
        })
    }

    fn check(&self) -> Result<()> {
        let (hidden, heads, kv_heads) =
            (self.hidden_size, self.num_attention_heads, self.num_key_value_heads);
        ensure!(
            heads > 0 && hidden.is_multiple_of(heads) && self.head_dim().is_multiple_of(2),
            "hidden_size is {hidden} and num_attention_heads {heads}; expected a whole, even width for every head"
        );
        ensure!(
            kv_heads > 0 && heads.is_multiple_of(kv_heads),
            "num_attention_heads is {heads} and num_key_value_heads {kv_heads}; expected a multiple"
        );
        let section = self.mrope_section()?;
        let half = self.head_dim() / 2;
        ensure!(
            section.iter().all(|&n| n >= 0)
                && section.iter().map(|&n| i64::from(n)).sum::<i64>() == half as i64,
            "mrope_section is {section:?}; expected three numbers that sum to half the head width, {half}"
        );
        Ok(())
    }
}

impl VisionConfig {
    /// Width of a block's hidden layer.
    pub(crate) fn mlp_width(&self) -> usize {
        // transformers truncates in the same way.
        (self.embed_dim as f64 * self.mlp_ratio) as usize
    }

    fn check(&self, text: &TextConfig) -> Result<()> {
        let sizes = [self.patch_size, self.spatial_merge_size, self.temporal_patch_size];
        ensure!(
            sizes == [14, 2, 2],
            "patch_size, spatial_merge_size and temporal_patch_size are {sizes:?}; \
             a qwen2vl_merger file can only say [14, 2, 2]"
        );
        ensure!(
            self.num_heads > 0 && self.embed_dim.is_multiple_of(self.num_heads),
            "vision_config.embed_dim is {} and num_heads {}; expected a whole width for every head",
            self.embed_dim,
            self.num_heads
        );
        ensure!(
            self.hidden_size == text.hidden_size,
            "vision_config.hidden_size is {}; expected the text model's hidden_size, {}",
            self.hidden_size,
            text.hidden_size
        );
        Ok(())
    }
}
