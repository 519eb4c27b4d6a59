//! The metadata of both files, key by key as llama.cpp's converter writes it.

use super::Tower;
use super::config::HubConfig;
use super::container::{Key, Value};
use crate::error::Result;

/// GGML's version of its block layouts.
const QUANTIZATION_VERSION: u32 = 2;
/// The converter writes this side for every Qwen2-VL. Nothing reads it, since the resolution is dynamic.
const IMAGE_SIZE_PX: u32 = 560;
/// For the vision tower's layer norms. transformers has it in the code, not in the configuration.
const VISION_NORM_EPS: f32 = 1e-6;

/// What both files say.
pub(crate) struct General<'a> {
    pub(crate) name: &'a str,
    pub(crate) tower: Tower,
    /// `enum llama_ftype` in llama.h.
    pub(crate) file_type: u32,
    /// Of all tensors in the file.
    pub(crate) n_parameters: u64,
    /// `general.sampling.*`, if the model's maker recommends any.
    pub(crate) sampling: &'a [Key],
}

impl General<'_> {
    fn keys(&self) -> Vec<Key> {
        let (architecture, kind) = match self.tower {
            Tower::Text => ("qwen2vl", "model"),
            Tower::Vision => ("clip", "mmproj"),
        };
        let mut keys = vec![
            key("general.architecture", Value::String(architecture.into())),
            key("general.type", Value::String(kind.into())),
        ];
        keys.extend_from_slice(self.sampling);
        keys.push(key("general.name", Value::String(self.name.into())));
        keys.push(key("general.size_label", Value::String(size_label(self.n_parameters))));
        keys.push(key("general.file_type", Value::U32(self.file_type)));
        keys.push(key("general.quantization_version", Value::U32(QUANTIZATION_VERSION)));
        keys
    }
}

/// How images are normalised, and how large they may be.
pub(crate) struct Images {
    pub(crate) mean: [f32; 3],
    pub(crate) std: [f32; 3],
    /// Fewest pixels that an image is resized to, if known.
    pub(crate) min_pixels: Option<u32>,
    /// Most pixels that an image is resized to, if known.
    pub(crate) max_pixels: Option<u32>,
}

/// Keys of the text model: dimensions, rotary sections, and the keys of the tokenizer.
pub(crate) fn text(general: &General<'_>, config: &HubConfig, tokenizer: Vec<Key>) -> Result<Vec<Key>> {
    let text = &config.text;
    let [time, height, width] = text.mrope_section;
    let mut keys = general.keys();
    for (name, n) in [
        ("block_count", text.num_hidden_layers),
        ("context_length", text.max_position_embeddings as usize),
        ("embedding_length", text.hidden_size),
        ("feed_forward_length", text.intermediate_size),
        ("attention.head_count", text.num_attention_heads),
        ("attention.head_count_kv", text.num_key_value_heads),
    ] {
        keys.push(key(&format!("qwen2vl.{name}"), Value::U32(u32::try_from(n)?)));
    }
    // The fourth section is there because llama.cpp's positions have four components.
    keys.push(key("qwen2vl.rope.dimension_sections", Value::I32s(vec![time, height, width, 0])));
    keys.push(key("qwen2vl.rope.freq_base", Value::F32(text.rope_theta())));
    keys.push(key("qwen2vl.attention.layer_norm_rms_epsilon", Value::F32(text.rms_norm_eps)));
    keys.extend(tokenizer);
    Ok(keys)
}

/// Keys of the vision tower.
pub(crate) fn vision(general: &General<'_>, config: &HubConfig, images: &Images) -> Result<Vec<Key>> {
    let vision = &config.vision;
    let mut keys = general.keys();
    keys.push(key("clip.has_vision_encoder", Value::Bool(true)));
    keys.push(key("clip.projector_type", Value::String("qwen2vl_merger".into())));
    for (name, n) in [
        ("projection_dim", vision.hidden_size),
        ("image_size", IMAGE_SIZE_PX as usize),
        ("patch_size", vision.patch_size),
        ("embedding_length", vision.embed_dim),
        // The converter takes vision_config.hidden_size, which is the text model's width: wrong, but nothing reads it.
        ("feed_forward_length", vision.hidden_size),
        ("block_count", vision.depth),
        ("attention.head_count", vision.num_heads),
    ] {
        keys.push(key(&format!("clip.vision.{name}"), Value::U32(u32::try_from(n)?)));
    }
    keys.push(key("clip.vision.attention.layer_norm_epsilon", Value::F32(VISION_NORM_EPS)));
    keys.push(key("clip.vision.image_mean", Value::F32s(images.mean.to_vec())));
    keys.push(key("clip.vision.image_std", Value::F32s(images.std.to_vec())));
    let bounds = [("min", images.min_pixels), ("max", images.max_pixels)];
    for (end, pixels) in bounds {
        keys.extend(pixels.map(|n| key(&format!("clip.vision.image_{end}_pixels"), Value::U32(n))));
    }
    Ok(keys)
}

pub(crate) fn key(name: &str, value: Value) -> Key {
    (name.to_owned(), value)
}

/// `1.5B`, `665M`, `41K`: gguf-py's rounding, with a decimal while there is one digit before it.
fn size_label(n_parameters: u64) -> String {
    let n = n_parameters as f64;
    let (scaled, suffix) = match n {
        n if n > 1e12 => (n * 1e-12, "T"),
        n if n > 1e9 => (n * 1e-9, "B"),
        n if n > 1e6 => (n * 1e-6, "M"),
        n => (n * 1e-3, "K"),
    };
    let digits = format!("{}", scaled.round_ties_even()).trim_start_matches('0').len();
    format!("{scaled:.*}{suffix}", 2_usize.saturating_sub(digits))
}

#[cfg(test)]
mod tests {
    use super::size_label;

    #[test]
    fn size_labels_are_gguf_pys() {
        // From gguf.size_label of gguf-py 0.19.
        let cases = [
            (1_543_714_304, "1.5B"),
            (665_271_296, "665M"),
            (940_928, "941K"),
            (9_600, "10K"),
            (400, "0.40K"),
        ];
        for (n, expected) in cases {
            assert_eq!(size_label(n), expected, "{n}");
        }
    }
}
