//! A LoRA adapter in PEFT's form, added to the weights as they are read: `W + scale * B·A`, as PEFT's `merge_and_unload` does.
//!
//! [`config`] says how each module's factors are scaled and which adapters are refused; [`delta`] adds. Every tensor of the
//! adapter must belong to a tensor of the model: one that was skipped silently would lose what it was trained for.

mod config;
mod delta;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::checkpoint::{Checkpoint, Located, hub_name};
use crate::error::{AdapterError, CheckpointError, PackError, Result, ensure};
use crate::pair::plan::PlannedTensor;
use config::AdapterConfig;
pub(super) use delta::Delta;

const CONFIG: &str = "adapter_config.json";
const WEIGHTS: &str = "adapter_model.safetensors";
/// PEFT puts this before the names of the model that it wraps.
const PREFIX: &str = "base_model.model.";
const EMBEDDING: &str = "model.embed_tokens.weight";

/// An adapter that fits a model.
pub(super) struct Adapter {
    checkpoint: Checkpoint,
    /// By the hub's name of the weight that is adapted.
    factors: BTreeMap<String, Factors>,
    /// Names in the adapter's file of tensors that replace the model's (`modules_to_save`), by the hub's name.
    replacements: BTreeMap<String, String>,
}

/// Both names in the adapter's file, and what their product is multiplied by.
struct Factors {
    a: String,
    b: String,
    scale: f32,
}

/// Both factors' names, while they are collected.
#[derive(Default)]
struct Found {
    a: Option<String>,
    b: Option<String>,
}

impl Adapter {
    /// Reads a folder and checks it against the tensors of a model.
    ///
    /// # Errors
    /// If something in it is not merged here, or does not fit the model; the message says what.
    pub(super) fn open<'a>(
        folder: &Path,
        plan: impl Iterator<Item = &'a PlannedTensor>,
        tied: bool,
    ) -> Result<Self> {
        Self::read(folder, plan, tied)
            .map_err(|source| PackError::Adapter { folder: folder.to_path_buf(), source })
    }

    fn read<'a>(
        folder: &Path,
        plan: impl Iterator<Item = &'a PlannedTensor>,
        tied: bool,
    ) -> Result<Self, AdapterError> {
        let json = fs::read_to_string(folder.join(CONFIG)).map_err(AdapterError::NoConfig)?;
        let config = AdapterConfig::parse(&json)?;
        ensure(folder.join(WEIGHTS).is_file(), || AdapterError::NoWeights { file: WEIGHTS })?;
        let checkpoint = Checkpoint::of_files(folder, &BTreeSet::from([WEIGHTS.to_owned()]))?;
        let base: BTreeMap<&str, &[usize]> =
            plan.map(|planned| (planned.hub_name.as_str(), planned.hub_shape.as_slice())).collect();

        let mut modules: BTreeMap<String, Found> = BTreeMap::new();
        let mut replacements = BTreeMap::new();
        for (name, located) in checkpoint.tensors() {
            let strange = || AdapterError::Prefix { name: name.to_owned(), prefix: PREFIX };
            let path = name.strip_prefix(PREFIX).ok_or_else(strange)?;
            if let Some(module) = path.strip_suffix(".lora_A.weight") {
                modules.entry(module.to_owned()).or_default().a = Some(name.to_owned());
            } else if let Some(module) = path.strip_suffix(".lora_B.weight") {
                modules.entry(module.to_owned()).or_default().b = Some(name.to_owned());
            } else {
                refuse_kinds(name)?;
                let hub = hub_name(path);
                let expected = *base.get(hub.as_str()).ok_or_else(|| unused(name, &hub, tied))?;
                ensure(located.shape == expected, || AdapterError::Shape {
                    name: name.to_owned(),
                    found: located.shape.clone(),
                    expected: expected.to_vec(),
                })?;
                // PEFT leaves the head as it was, and the next load ties it again: there is no single right result.
                ensure(!(tied && hub == EMBEDDING), || AdapterError::TiedEmbedding {
                    name: name.to_owned(),
                })?;
                replacements.insert(hub, name.to_owned());
            }
        }
        let is_empty = modules.is_empty() && replacements.is_empty();
        ensure(!is_empty, || AdapterError::Empty { file: WEIGHTS })?;
        let mut factors = BTreeMap::new();
        for (module, found) in modules {
            let hub = format!("{}.weight", hub_name(&module));
            let (a, b) = match found {
                Found { a: Some(a), b: Some(b) } => (a, b),
                Found { a, b } => return Err(AdapterError::Half { name: a.or(b).unwrap_or_default() }),
            };
            let shape = *base.get(hub.as_str()).ok_or_else(|| unused(&a, &hub, tied))?;
            let scale = config.scale(&module)?;
            let rank = config.rank(&module)?;
            check_shapes(&checkpoint, (&a, &b), rank, shape)?;
            factors.insert(hub, Factors { a, b, scale });
        }
        Ok(Self { checkpoint, factors, replacements })
    }

    /// How many of the model's tensors it changes.
    pub(super) fn n_changed(&self) -> usize {
        self.factors.len() + self.replacements.len()
    }

    /// What replaces a tensor of the model, if anything does.
    pub(super) fn replacement(&self, hub_name: &str) -> Option<(&Checkpoint, &Located)> {
        let name = self.replacements.get(hub_name)?;
        Some((&self.checkpoint, self.checkpoint.find(name)?))
    }

    /// What is added to a tensor of the model, if anything.
    pub(super) fn delta(&self, hub_name: &str) -> Result<Option<Delta>, CheckpointError> {
        let Some(Factors { a, b, scale }) = self.factors.get(hub_name) else { return Ok(None) };
        let read = |name: &str| {
            let located = self.checkpoint.need(name)?;
            Ok::<_, CheckpointError>((located.shape[0], self.checkpoint.read_all(located)?))
        };
        let ((rank, a), (_, b)) = (read(a)?, read(b)?);
        Ok(Some(Delta::new(a, b, rank, *scale)))
    }
}

/// Refuses tensors of other kinds of adapters.
fn refuse_kinds(name: &str) -> Result<(), AdapterError> {
    for (mark, kind) in [
        ("lora_magnitude_vector", "DoRA"),
        ("lora_embedding_", "an adapted embedding"),
        (".lora_B.bias", "a bias beside the factors"),
        ("lora_", "a kind of adapter that is not known here"),
        (".base_layer.", "a layer below an adapter"),
    ] {
        ensure(!name.contains(mark), || AdapterError::TensorKind { name: name.to_owned(), kind })?;
    }
    Ok(())
}

fn unused(name: &str, hub: &str, tied: bool) -> AdapterError {
    let name = name.to_owned();
    if tied && hub == "lm_head.weight" {
        AdapterError::TiedHead { name }
    } else {
        AdapterError::Unused { name }
    }
}

fn check_shapes(
    checkpoint: &Checkpoint,
    (a, b): (&str, &str),
    rank: usize,
    base: &[usize],
) -> Result<(), AdapterError> {
    let &[n_rows, n_cols] = base else {
        return Err(AdapterError::NotAMatrix { name: a.to_owned(), shape: base.to_vec() });
    };
    for (name, expected) in [(a, [rank, n_cols]), (b, [n_rows, rank])] {
        let found = &checkpoint.need(name)?.shape;
        ensure(found[..] == expected, || AdapterError::FactorShape {
            name: name.to_owned(),
            found: found.clone(),
            expected: expected.to_vec(),
        })?;
    }
    Ok(())
}
