//! `config.json` of a Qwen2-VL: flat, as the hub has it, or with a `text_config`, as newer transformers save it.
//!
//! transformers 4.45 to 4.49 save of `vision_config` only what differs from the class's defaults. So a field that the file
//! leaves out has the class's default, as it has when transformers loads the folder. Which fields these are is remembered:
//! if a number turns out wrong, the message says that it is a default and what to add.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::{ConfigError, ensure};

/// Both towers' dimensions.
#[derive(Debug)]
pub(crate) struct HubConfig {
    pub(crate) text: TextConfig,
    pub(crate) vision: VisionConfig,
    /// Fields that the file leaves out; those of the vision tower begin with `vision_config.`.
    left_out: BTreeSet<String>,
    /// Whether the text model's fields are in a `text_config`.
    has_text_config: bool,
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
    /// Whether the output head is the embedding, if the file says so.
    pub(crate) tie_word_embeddings: Option<bool>,
    /// Frequencies for time, height and width.
    #[serde(skip)]
    pub(crate) mrope_section: [i32; 3],
    hidden_act: String,
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
    pub(crate) mlp_ratio: f64,
    pub(crate) in_channels: usize,
    pub(crate) patch_size: usize,
    pub(crate) spatial_merge_size: usize,
    pub(crate) temporal_patch_size: usize,
    hidden_act: String,
}

/// What `Qwen2VLConfig` has for fields that are left out (transformers' configuration_qwen2_vl.py). No
/// `tie_word_embeddings`: the checkpoint decides. No `rope_scaling`: the class has none that works.
fn text_defaults() -> Value {
    json!({
        "vocab_size": 152_064, "hidden_size": 8192, "intermediate_size": 29_568, "num_hidden_layers": 80,
        "num_attention_heads": 64, "num_key_value_heads": 8, "rms_norm_eps": 1e-5,
        "max_position_embeddings": 32_768, "hidden_act": "silu",
    })
}

/// What `Qwen2VLVisionConfig` has: the 7B's numbers.
fn vision_defaults() -> Value {
    json!({
        "depth": 32, "embed_dim": 1280, "num_heads": 16, "hidden_size": 3584, "mlp_ratio": 4, "in_channels": 3,
        "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "hidden_act": "quick_gelu",
    })
}

impl HubConfig {
    /// Reads the contents of the file. Whether the numbers go together is for [`Self::check`] to say, after they were
    /// compared with tensors: a default that is wrong should be reported as that.
    ///
    /// # Errors
    /// If it is not a Qwen2-VL's, or a field has no number that could be one.
    pub(crate) fn parse(root: &Value) -> Result<Self, ConfigError> {
        let model_type = root.get("model_type").and_then(Value::as_str).unwrap_or("(absent)");
        ensure(model_type == "qwen2_vl", || ConfigError::ModelType(model_type.to_owned()))?;
        let mut left_out = BTreeSet::new();
        let mut text = completed(text_defaults(), &flattened(root), "", &mut left_out);
        if text["num_key_value_heads"].is_null() {
            // As the class does "for backward compatibility".
            text["num_key_value_heads"] = text["num_attention_heads"].clone();
        }
        let in_file: Option<Map<String, Value>> = match root.get("vision_config") {
            Some(found) => serde_json::from_value(found.clone()).map_err(ConfigError::Vision)?,
            None => None,
        };
        let vision = completed(vision_defaults(), &in_file.unwrap_or_default(), VISION, &mut left_out);
        let mut text: TextConfig = serde_json::from_value(text).map_err(ConfigError::Text)?;
        let vision: VisionConfig = serde_json::from_value(vision).map_err(ConfigError::Vision)?;
        text.mrope_section = text.sections()?;
        for (name, n) in [
            ("num_attention_heads", text.num_attention_heads),
            ("num_key_value_heads", text.num_key_value_heads),
            ("vision_config.num_heads", vision.num_heads),
        ] {
            ensure(n > 0, || ConfigError::Zero { name })?;
        }
        let has_text_config = root.get("text_config").is_some_and(Value::is_object);
        Ok(Self { text, vision, left_out, has_text_config })
    }

    /// Checks that the numbers go together.
    ///
    /// # Errors
    /// If they do not; the message says which of them are defaults.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let (text, vision) = (&self.text, &self.vision);
        let acts = [&text.hidden_act, &vision.hidden_act];
        ensure(acts == ["silu", "quick_gelu"], || ConfigError::Activations {
            found: acts.map(String::clone),
        })?;
        let hidden = || self.marked("hidden_size", text.hidden_size);
        let heads = || self.marked("num_attention_heads", text.num_attention_heads);
        let kv_heads = || self.marked("num_key_value_heads", text.num_key_value_heads);
        let is_even = text.head_dim().is_multiple_of(2);
        ensure(text.hidden_size.is_multiple_of(text.num_attention_heads) && is_even, || {
            ConfigError::HeadWidth { hidden: hidden(), heads: heads() }
        })?;
        ensure(text.num_attention_heads.is_multiple_of(text.num_key_value_heads), || {
            ConfigError::KeyHeads { heads: heads(), kv_heads: kv_heads() }
        })?;
        let (found, half) = (text.mrope_section, text.head_dim() / 2);
        let sum = found.iter().map(|&n| i64::from(n)).sum::<i64>();
        ensure(found.iter().all(|&n| n >= 0) && sum == half as i64, || ConfigError::SectionSum {
            found,
            half,
            hidden: hidden(),
            heads: heads(),
        })?;
        let found =
            [vision.in_channels, vision.patch_size, vision.spatial_merge_size, vision.temporal_patch_size];
        ensure(found == [3, 14, 2, 2], || ConfigError::Patches { found })?;
        // The rotation turns pairs, half of them by row and half by column.
        ensure(vision.embed_dim.is_multiple_of(4 * vision.num_heads), || ConfigError::VisionHeadWidth {
            width: self.marked("vision_config.embed_dim", vision.embed_dim),
            heads: self.marked("vision_config.num_heads", vision.num_heads),
        })?;
        ensure(vision.hidden_size == text.hidden_size, || ConfigError::Width {
            found: self.marked("vision_config.hidden_size", vision.hidden_size),
            expected: hidden(),
        })
    }

    /// A number as a message has it: if it is a default, with a word.
    fn marked(&self, name: &str, n: usize) -> String {
        let mark =
            if self.left_out.contains(name) { " (the default, since config.json leaves it out)" } else { "" };
        format!("{n}{mark}")
    }

    /// Says that a field should be `found` instead of `used`, and what to do in the file.
    pub(crate) fn correction(&self, name: &str, used: f64, found: f64, seen: &str) -> String {
        let (object, field) = match name.strip_prefix(VISION) {
            Some(field) => ("its vision_config", field),
            None => (if self.has_text_config { "its text_config" } else { "it" }, name),
        };
        let found_there = format!("{name} is {found} by the tensors ({seen})");
        if self.left_out.contains(name) {
            format!(
                "{found_there}; config.json leaves it out, and the default, {used}, was used: \
                 add \"{field}\": {found} to {object}"
            )
        } else {
            format!("{found_there}; config.json says {used}: the weights may be of another model")
        }
    }
}

/// Names of the vision tower's fields begin with it.
const VISION: &str = "vision_config.";

/// The defaults with the fields of a file laid over them. Names of those that the file leaves out go to `left_out`.
fn completed(
    mut defaults: Value,
    file: &Map<String, Value>,
    prefix: &str,
    left_out: &mut BTreeSet<String>,
) -> Value {
    if let Some(fields) = defaults.as_object_mut() {
        left_out
            .extend(fields.keys().filter(|&key| !file.contains_key(key)).map(|key| format!("{prefix}{key}")));
        fields.extend(file.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    defaults
}

/// The fields of the root, with those of `text_config`, if there is one, laid over them.
fn flattened(root: &Value) -> Map<String, Value> {
    let objects = [Some(root), root.get("text_config")];
    let fields = objects.into_iter().flatten().filter_map(Value::as_object).flatten();
    fields.map(|(key, value)| (key.clone(), value.clone())).collect()
}

impl TextConfig {
    /// Columns of a head, rounded down if the numbers do not go together.
    pub(crate) fn head_dim(&self) -> usize {
        self.hidden_size / self.num_attention_heads
    }

    /// Base of the rotary frequencies. Absent in old files: transformers' default for Qwen2-VL.
    pub(crate) fn rope_theta(&self) -> f32 {
        let nested = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref()).and_then(|r| r.rope_theta);
        self.rope_theta.or(nested).unwrap_or(1_000_000.0)
    }

    fn sections(&self) -> Result<[i32; 3], ConfigError> {
        let rope = self.rope_scaling.as_ref().or(self.rope_parameters.as_ref());
        let found = rope.and_then(|r| r.mrope_section.as_deref()).unwrap_or_default();
        found.try_into().map_err(|_| ConfigError::Sections { found: found.to_vec() })
    }
}

impl VisionConfig {
    /// Width of a block's hidden layer.
    pub(crate) fn mlp_width(&self) -> usize {
        // transformers truncates in the same way.
        (self.embed_dim as f64 * self.mlp_ratio) as usize
    }
}
