//! `adapter_config.json`: ranks, scales, and whether it is a plain LoRA.

use std::fmt;

use regex::Regex;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::{AdapterError, Result, ensure};

/// Settings that change the merge in a way that is not done here, unless they are absent, false or empty.
const NOT_MERGED: [&str; 12] = [
    "use_dora",
    "use_qalora",
    "use_bdlora",
    "lora_bias",
    "layer_replication",
    "target_parameters",
    "trainable_token_indices",
    "alora_invocation_tokens",
    "arrow_config",
    "kasa_config",
    "monteclora_config",
    "velora_config",
];
/// Initialisations that leave the model's own weights unchanged. Others (PiSSA, OLoRA, CorDA, LoftQ) change them, and the
/// adapter fits only the changed weights.
const HARMLESS_STARTS: [&str; 3] = ["gaussian", "eva", "orthogonal"];

/// How factors are scaled. `fan_in_fan_out` is left out: PEFT turns it off for linear layers, and these all are.
#[derive(Debug, Deserialize)]
pub(super) struct AdapterConfig {
    r: usize,
    lora_alpha: f64,
    #[serde(default)]
    use_rslora: bool,
    #[serde(default)]
    rank_pattern: Patterns<usize>,
    #[serde(default)]
    alpha_pattern: Patterns<f64>,
}

/// Values by pattern, in the file's order: the first match counts.
#[derive(Debug)]
struct Patterns<T>(Vec<(String, T)>);

impl AdapterConfig {
    /// Reads the contents of the file.
    ///
    /// # Errors
    /// If it is not that of a plain LoRA.
    pub(super) fn parse(json: &str) -> Result<Self, AdapterError> {
        let root: Value = serde_json::from_str(json)?;
        let text = |key: &str| root.get(key).and_then(Value::as_str);
        let kind = text("peft_type").unwrap_or("(absent)");
        ensure(kind == "LORA", || AdapterError::Kind { found: kind.to_owned() })?;
        let not_merged =
            |key, value: &dyn fmt::Display| AdapterError::NotMerged { key, value: value.to_string() };
        let bias = text("bias").unwrap_or("none");
        ensure(bias == "none", || not_merged("bias", &bias))?;
        for key in NOT_MERGED {
            let value = root.get(key).unwrap_or(&Value::Null);
            ensure(is_off(value), || not_merged(key, value))?;
        }
        if let Some(start) = text("init_lora_weights") {
            ensure(HARMLESS_STARTS.contains(&start), || AdapterError::Start { start: start.to_owned() })?;
        }
        // Not from the value: its objects are sorted, and the order of patterns matters.
        Ok(serde_json::from_str(json)?)
    }

    /// The rank of a module's factors.
    ///
    /// # Errors
    /// If a pattern is not a regular expression, or the rank is 0.
    pub(super) fn rank(&self, module: &str) -> Result<usize, AdapterError> {
        let rank = self.rank_pattern.find(module)?.unwrap_or(self.r);
        ensure(rank > 0, || AdapterError::NoRank { module: module.to_owned() })?;
        Ok(rank)
    }

    /// What the product of a module's factors is multiplied by.
    ///
    /// # Errors
    /// As [`Self::rank`].
    pub(super) fn scale(&self, module: &str) -> Result<f32, AdapterError> {
        let alpha = self.alpha_pattern.find(module)?.unwrap_or(self.lora_alpha);
        let rank = self.rank(module)? as f64;
        // PEFT divides in f64 and multiplies a tensor of f32 by the result, which torch rounds first.
        Ok((alpha / if self.use_rslora { rank.sqrt() } else { rank }) as f32)
    }
}

fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
        _ => false,
    }
}

impl<T: Copy> Patterns<T> {
    /// `get_pattern_key` of `peft/utils/other.py`: a regular expression for the end of a module's name, after a dot.
    fn find(&self, module: &str) -> Result<Option<T>, AdapterError> {
        for (pattern, value) in &self.0 {
            let whole = Regex::new(&format!(r"\A(?:.*\.)?(?:{pattern})\z"))
                .map_err(|source| AdapterError::Pattern { pattern: pattern.clone(), source })?;
            if whole.is_match(module) {
                return Ok(Some(*value));
            }
        }
        Ok(None)
    }
}

impl<T> Default for Patterns<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patterns<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Patterns<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of patterns and numbers, or null")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Patterns::default())
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut patterns = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    patterns.push(entry);
                }
                Ok(Patterns(patterns))
            }
        }
        deserializer.deserialize_any(InOrder(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(more: &Value) -> Result<AdapterConfig, AdapterError> {
        let mut root = json!({ "peft_type": "LORA", "r": 8, "lora_alpha": 16 });
        root.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        AdapterConfig::parse(&root.to_string())
    }

    #[test]
    fn patterns_match_the_end_of_a_name_from_a_dot_on() -> Result<(), AdapterError> {
        let config = config(&json!({
            "rank_pattern": { "q_proj": 2, r"layers\.[01]\.mlp\.up_proj": 3, "^visual.blocks.0.attn.qkv": 5 },
            "alpha_pattern": { "proj": 1 },
        }))?;
        for (module, rank) in [
            ("model.layers.7.self_attn.q_proj", 2),
            ("model.layers.7.self_attn.my_q_proj", 8),
            ("model.layers.1.mlp.up_proj", 3),
            ("model.layers.11.mlp.up_proj", 8),
            ("visual.blocks.0.attn.qkv", 5),
            ("model.visual.blocks.0.attn.qkv", 8),
        ] {
            assert_eq!(config.rank(module)?, rank, "{module}");
        }
        assert_eq!(config.scale("visual.blocks.0.attn.proj")?, 1.0 / 8.0);
        assert_eq!(config.scale("model.layers.7.self_attn.q_proj")?, 8.0);
        Ok(())
    }

    #[test]
    fn rslora_divides_by_the_root() -> Result<(), AdapterError> {
        let scale = config(&json!({ "use_rslora": true }))?.scale("x")?;
        assert_eq!(scale, (16.0 / 8_f64.sqrt()) as f32);
        assert_ne!(scale, config(&json!({}))?.scale("x")?);
        Ok(())
    }

    #[test]
    fn what_is_no_plain_lora_is_refused_by_name() {
        for (more, words) in [
            (json!({ "peft_type": "LOHA" }), &["peft_type", "LOHA"][..]),
            (json!({ "bias": "lora_only" }), &["bias", "lora_only"]),
            (json!({ "use_dora": true }), &["use_dora", "true"]),
            (json!({ "trainable_token_indices": [1, 2] }), &["trainable_token_indices", "[1,2]"]),
            (json!({ "init_lora_weights": "pissa_niter_4" }), &["init_lora_weights", "pissa_niter_4"]),
            (json!({ "r": "many" }), &["many"]),
        ] {
            let error = config(&more).map(|_| ()).unwrap_err();
            let said = format!("{:#}", anyhow::Error::from(error));
            assert!(words.iter().all(|word| said.contains(word)), "{said}");
        }
        let off = json!({ "use_dora": false, "layer_replication": null, "bias": "none", "rank_pattern": null,
                          "init_lora_weights": "gaussian", "kasa_config": {} });
        assert!(config(&off).is_ok());
        let broken = config(&json!({ "rank_pattern": { "(": 1 } })).and_then(|c| c.rank("x"));
        assert!(broken.is_err_and(|error| error.to_string().contains("\"(\"")));
    }
}
