//! A Hugging Face folder of Qwen2-VL becomes the GGUF pair that llama.cpp's converter writes.
//!
//! The folder's configuration says which tensors there must be ([`plan`](crate::pair::plan)); the checkpoint says where
//! they are ([`checkpoint`]); an adapter may change them on the way ([`lora`]); [`mix`] chooses how each is stored.

mod checkpoint;
mod convert;
mod dimensions;
mod elements;
mod lora;
mod manifest;
mod mix;
mod pack_type;
mod preprocessor;
mod sampling;
mod source;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{CheckpointError, ConfigError, PackError, Result, file_error};
use crate::pair::config::HubConfig;
use crate::pair::container::Key;
use crate::pair::keys::{self, General};
use crate::pair::plan::{self, PlannedTensor};
use crate::pair::{self, Outline, PartFile, Sink, Stored, TextRule, Tower};
use crate::step::{Observe, Step};
use checkpoint::Checkpoint;
use lora::Adapter;
pub use pack_type::PackType;
use source::Source;

/// What is packed, and as what.
#[derive(Clone, Debug)]
pub struct PackOptions {
    /// Folder with config.json, the tokenizer, preprocessor_config.json and model.safetensors (or its shards).
    pub from: PathBuf,
    /// Folder that receives text.gguf, mmproj.gguf, manifest.json and SHA256SUMS; made if it is missing.
    pub out: PathBuf,
    /// How matrices are stored; vectors are always F32.
    pub pack_type: PackType,
    /// Folder of a LoRA adapter in PEFT's form, to merge into the weights.
    pub lora: Option<PathBuf>,
    /// `general.name` of both files and the manifest's title; without it, the folder's name.
    pub name: Option<String>,
}

/// Packs a folder.
///
/// # Errors
/// If the folder is not a complete Qwen2-VL, an adapter does not fit it, or a value does not fit the chosen type; the
/// message says what was found and what was expected. Files get their names when both are complete.
pub fn pack_folder(options: &PackOptions, observe: Observe<'_>) -> Result<()> {
    let Prepared { name, source, files } = prepare(options, observe)?;
    let fill = |_, stored: &Stored, sink: Sink<'_>| convert::stream(&source, stored, sink);
    let parts = pair::write(&options.out, &files, observe, fill)?;
    manifest::remove(&options.out)?;
    let written = parts.into_iter().map(PartFile::publish).collect::<Result<Vec<_>>>()?;
    let licence = manifest::licence(&options.from)?;
    manifest::write(&options.out, &name, options.pack_type.name(), licence, &written)
}

/// A folder that was read and checked. No weight was read yet.
struct Prepared {
    name: String,
    source: Source,
    files: Vec<Outline>,
}

fn prepare(options: &PackOptions, observe: Observe<'_>) -> Result<Prepared> {
    let in_config = |source| PackError::Config { path: options.from.join("config.json"), source };
    let config = HubConfig::parse(&need_json(&options.from, "config.json")?).map_err(in_config)?;
    let checkpoint = Checkpoint::open(&options.from)?;
    let tied = is_tied(&config, &checkpoint).map_err(in_config)?;
    let plans = [
        (Tower::Text, plan::text_tensors(&config.text, tied)),
        (Tower::Vision, plan::vision_tensors(&config.vision)),
    ];
    let planned = || plans.iter().flat_map(|(_, tensors)| tensors);
    checkpoint.check(planned(), tied).map_err(|error| explained(error, &config, &checkpoint))?;
    config.check().map_err(in_config)?;
    let adapter = options.lora.as_deref().map(|folder| Adapter::open(folder, planned(), tied)).transpose()?;
    if let (Some(folder), Some(adapter)) = (&options.lora, &adapter) {
        observe(Step::Adapter { folder, n_changed: adapter.n_changed() });
    }
    let name = options.name.clone().unwrap_or_else(|| title_of(&options.from));
    let rule = TextRule { tied, n_layers: config.text.num_hidden_layers };
    let mut files = Vec::new();
    for (tower, tensors) in plans {
        let keys = keys_of(options, &config, &name, tower, &tensors)?;
        let tower_type = options.pack_type.of(tower);
        files.push(Outline::new(tower, keys, tensors, |tensor| match tower {
            Tower::Text => mix::text_dtype(tower_type, tensor, rule),
            Tower::Vision => mix::vision_dtype(tower_type, tensor),
        }));
    }
    Ok(Prepared { name, source: Source { checkpoint, adapter }, files })
}

/// Puts before an error about one tensor which numbers of the configuration it follows from.
fn explained(source: CheckpointError, config: &HubConfig, checkpoint: &Checkpoint) -> PackError {
    match dimensions::contradictions(config, checkpoint) {
        contradictions if contradictions.is_empty() => source.into(),
        contradictions => PackError::Contradicted { contradictions, source },
    }
}

/// The metadata of one file.
fn keys_of(
    options: &PackOptions,
    config: &HubConfig,
    name: &str,
    tower: Tower,
    tensors: &[PlannedTensor],
) -> Result<Vec<Key>> {
    let sampling = sampling::keys(&options.from)?;
    let general = General {
        name,
        tower,
        file_type: options.pack_type.of(tower).file_type(),
        n_parameters: plan::n_parameters(tensors),
        sampling: &sampling,
    };
    match tower {
        Tower::Text => keys::text(&general, config, vocabulary::keys(&options.from, config.text.vocab_size)?),
        Tower::Vision => keys::vision(&general, config, &preprocessor::read(&options.from)?),
    }
}

/// Whether the output head is the embedding, by the configuration, or else by the checkpoint.
fn is_tied(config: &HubConfig, checkpoint: &Checkpoint) -> Result<bool, ConfigError> {
    let has_head = checkpoint.find("lm_head.weight").is_some();
    match config.text.tie_word_embeddings {
        Some(false) if !has_head => Err(ConfigError::NoHead),
        Some(tied) => Ok(tied),
        None => Ok(!has_head),
    }
}

/// A folder's name as llama.cpp's converter makes a title of it: `qwen2-vl-2B` becomes `Qwen2 Vl 2B`.
fn title_of(folder: &Path) -> String {
    let full = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let name = full.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let capitalised = |word: &str| -> String {
        if word.chars().any(char::is_uppercase) {
            return word.to_owned();
        }
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    };
    let words: Vec<String> = name.split(['-', ' ']).filter(|w| !w.is_empty()).map(capitalised).collect();
    words.join(" ")
}

/// Reads a JSON file of the folder. Absent is `None`; unreadable or malformed is an error.
fn read_json(folder: &Path, file_name: &str) -> Result<Option<serde_json::Value>> {
    let path = folder.join(file_name);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error("read", &path)(error)),
    };
    let value = serde_json::from_str(&text).map_err(|source| PackError::Json { path, source })?;
    Ok(Some(value))
}

/// The same for a file that must be there.
fn need_json(folder: &Path, file: &'static str) -> Result<serde_json::Value> {
    read_json(folder, file)?.ok_or_else(|| PackError::Missing { folder: folder.to_path_buf(), file })
}
