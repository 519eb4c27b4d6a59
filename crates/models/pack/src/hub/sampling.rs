//! `generation_config.json`: the sampling that a model's maker recommends.

use std::path::Path;

use serde_json::Value as Json;

use super::read_json;
use crate::error::Result;
use crate::pair::container::{Key, Value};
use crate::pair::keys::key;

/// `general.sampling.*`; none if the folder has no such file.
pub(super) fn keys(folder: &Path) -> Result<Vec<Key>> {
    let config = read_json(folder, "generation_config.json")?.unwrap_or(Json::Null);
    let mut keys = Vec::new();
    if let Some(top_k) = config.get("top_k").and_then(Json::as_i64) {
        keys.push(key("general.sampling.top_k", Value::I32(i32::try_from(top_k)?)));
    }
    for (hub, gguf) in [("top_p", "top_p"), ("temperature", "temp"), ("repetition_penalty", "penalty_repeat")]
    {
        if let Some(value) = config.get(hub).and_then(Json::as_f64) {
            keys.push(key(&format!("general.sampling.{gguf}"), Value::F32(value as f32)));
        }
    }
    Ok(keys)
}
