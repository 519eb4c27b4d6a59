//! The shapes of the published models, as their `config.json` has them.

use serde_json::json;

use crate::error::{PackError, Result, ensure};
use crate::pair::config::HubConfig;

/// Which model's shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Qwen2-VL-2B: 28 blocks of 1536 columns, the head tied to the embedding.
    TwoB,
    /// Qwen2-VL-7B: 28 blocks of 3584 columns, a head of its own.
    SevenB,
}

/// Of the pixels, by channel: CLIP's image processor, which the published models use.
pub(super) const IMAGE_MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
/// The same.
pub(super) const IMAGE_STD: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];

impl Size {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::TwoB => "2B",
            Self::SevenB => "7B",
        }
    }

    /// The configuration, with fewer blocks if that is asked for.
    pub(crate) fn config(self, layers: Option<usize>, vision_layers: Option<usize>) -> Result<HubConfig> {
        let mut config = self.full()?;
        cut(&mut config.text.num_hidden_layers, layers, "--layers")?;
        cut(&mut config.vision.depth, vision_layers, "--vision-layers")?;
        Ok(config)
    }

    fn full(self) -> Result<HubConfig> {
        let (hidden, mlp, heads, kv_heads, vocab, tied) = match self {
            Self::TwoB => (1536, 8960, 12, 2, 151_936, true),
            Self::SevenB => (3584, 18_944, 28, 4, 152_064, false),
        };
        let json = json!({
            "model_type": "qwen2_vl",
            "hidden_size": hidden,
            "intermediate_size": mlp,
            "num_hidden_layers": 28,
            "num_attention_heads": heads,
            "num_key_value_heads": kv_heads,
            "vocab_size": vocab,
            "max_position_embeddings": 32_768,
            "rms_norm_eps": 1e-6,
            "rope_theta": 1e6,
            "rope_scaling": { "mrope_section": [16, 24, 24] },
            "tie_word_embeddings": tied,
            "vision_config": { "depth": 32, "embed_dim": 1280, "num_heads": 16, "hidden_size": hidden },
        });
        let path = || format!("the config.json of the {}", self.in_words()).into();
        HubConfig::parse(&json).map_err(|source| PackError::Config { path: path(), source })
    }
}

fn cut(depth: &mut usize, asked: Option<usize>, option: &'static str) -> Result<()> {
    let asked = asked.unwrap_or(*depth);
    let most = *depth;
    ensure((1..=most).contains(&asked), || PackError::Depth { option, asked, most })?;
    *depth = asked;
    Ok(())
}
