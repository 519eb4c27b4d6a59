//! The numbers of `config.json` as the shapes of the tensors show them.
//!
//! What contradicts the shapes is refused, not replaced by what they show. transformers would not load such a folder
//! either, so one of its two halves is wrong; and two numbers, the heads of the vision tower and the epsilon of the
//! norms, leave no trace in any shape, so a folder that is wrong in one visible number is not to be trusted in these.

use super::checkpoint::Checkpoint;
use crate::pair::config::HubConfig;

/// A sentence for each number that the tensors contradict: what they show, what was used, what to do.
pub(super) fn contradictions(config: &HubConfig, checkpoint: &Checkpoint) -> Vec<String> {
    let shapes = Shapes { checkpoint };
    let (text, vision) = (&config.text, &config.vision);
    let mut found = Vec::new();
    let mut hold = |name: &str, used: f64, seen: Option<(f64, String)>| {
        if let Some((shown, seen)) = seen.filter(|(shown, _)| *shown != used) {
            found.push(config.correction(name, used, shown, &seen));
        }
    };

    const EMBEDDING: &str = "model.embed_tokens.weight";
    hold("vocab_size", text.vocab_size as f64, shapes.axis(EMBEDDING, 0));
    hold("hidden_size", text.hidden_size as f64, shapes.axis(EMBEDDING, 1));
    hold("num_hidden_layers", text.num_hidden_layers as f64, shapes.count("model.layers."));
    let in_layer = |name: &str| format!("model.layers.0.{name}");
    hold(
        "intermediate_size",
        text.intermediate_size as f64,
        shapes.axis(&in_layer("mlp.gate_proj.weight"), 0),
    );
    // The sections of M-RoPE say how wide a head is, whatever the number of heads.
    let half_width: i32 = text.mrope_section.iter().sum();
    let heads = |name: &str| shapes.quotient(&in_layer(name), 0, 2.0 * f64::from(half_width));
    hold("num_attention_heads", text.num_attention_heads as f64, heads("self_attn.q_proj.weight"));
    hold("num_key_value_heads", text.num_key_value_heads as f64, heads("self_attn.k_proj.weight"));

    const PATCHES: &str = "visual.patch_embed.proj.weight";
    hold("vision_config.depth", vision.depth as f64, shapes.count("visual.blocks."));
    for (name, used, axis) in [
        ("vision_config.embed_dim", vision.embed_dim, 0),
        ("vision_config.in_channels", vision.in_channels, 1),
        ("vision_config.temporal_patch_size", vision.temporal_patch_size, 2),
        ("vision_config.patch_size", vision.patch_size, 3),
    ] {
        hold(name, used as f64, shapes.axis(PATCHES, axis));
    }
    let width = shapes.axis(PATCHES, 0).map_or(0.0, |(width, _)| width);
    hold("vision_config.mlp_ratio", vision.mlp_ratio, {
        let seen = shapes.quotient("visual.blocks.0.mlp.fc1.weight", 0, width);
        // A ratio is rounded down to a whole width.
        seen.filter(|(ratio, _)| (width * vision.mlp_ratio).floor() != width * ratio)
    });
    let merged = shapes.quotient("visual.merger.mlp.0.weight", 1, width);
    let side = merged.map(|(patches, seen)| (patches.sqrt(), seen));
    hold("vision_config.spatial_merge_size", vision.spatial_merge_size as f64, side);
    hold(
        "vision_config.hidden_size",
        vision.hidden_size as f64,
        shapes.axis("visual.merger.mlp.2.weight", 0),
    );
    found
}

/// What shapes show, each with the words that say where.
struct Shapes<'a> {
    checkpoint: &'a Checkpoint,
}

impl Shapes<'_> {
    /// One length of a tensor.
    fn axis(&self, tensor: &str, axis: usize) -> Option<(f64, String)> {
        let shape = &self.checkpoint.find(tensor)?.shape;
        Some((*shape.get(axis)? as f64, format!("{tensor} has shape {shape:?}")))
    }

    /// How often `divisor` is in one length of a tensor.
    fn quotient(&self, tensor: &str, axis: usize, divisor: f64) -> Option<(f64, String)> {
        let (n, seen) = self.axis(tensor, axis)?;
        (divisor > 0.0).then_some((n / divisor, seen))
    }

    /// How many blocks there are whose tensors have such names, each with its number after it.
    fn count(&self, prefix: &str) -> Option<(f64, String)> {
        let number = |name: &str| name.strip_prefix(prefix)?.split('.').next()?.parse::<usize>().ok();
        let last = self.checkpoint.tensors().filter_map(|(name, _)| number(name)).max()?;
        Some(((last + 1) as f64, format!("the last of them is {prefix}{last}")))
    }
}
