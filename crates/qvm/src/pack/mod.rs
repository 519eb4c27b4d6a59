//! `qvm pack`: a Hugging Face folder of Qwen2-VL becomes the GGUF pair that llama.cpp's converter writes.
//!
//! The folder's configuration says which tensors there must be ([`plan`](crate::pair::plan)); the checkpoint says where they are
//! ([`checkpoint`]); [`storage`] chooses how each is stored. Tensors then pass one by one, a few million elements at a
//! time, from the safetensors to the container, so that the size of the model does not matter to memory.

mod checkpoint;
mod convert;
mod preprocessor;
mod sampling;
mod storage;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::pair::config::HubConfig;
use crate::pair::keys::{self, General};
use crate::pair::{self, Tower, plan};
use checkpoint::Checkpoint;
pub(crate) use storage::PackType;

/// A folder in the hub's layout to `text.gguf` and `mmproj.gguf`.
#[derive(Debug, clap::Args)]
pub(crate) struct PackArgs {
    /// Folder with config.json, the tokenizer, preprocessor_config.json and model.safetensors (or its shards)
    #[arg(long)]
    pub(crate) from: PathBuf,
    /// Folder that receives text.gguf and mmproj.gguf; made if it is not there
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// How matrices are stored; vectors are always f32. With q4_0 the mmproj is q8_0
    #[arg(long = "type", value_enum, default_value_t = PackType::Q8_0)]
    pub(crate) pack_type: PackType,
    /// `general.name` of both files; without it, the folder's name
    #[arg(long)]
    pub(crate) name: Option<String>,
}

/// Packs a folder, telling on standard error what was written.
///
/// # Errors
/// Where the folder is not a complete Qwen2-VL, or a value does not fit the chosen type; the message says what was
/// found and what was expected. A file that could not be finished is not left under its final name.
pub(crate) fn run(args: &PackArgs) -> Result<()> {
    let config = HubConfig::parse(&need_json(&args.from, "config.json")?)
        .with_context(|| format!("in {}", args.from.join("config.json").display()))?;
    let checkpoint = Checkpoint::open(&args.from)?;
    let tied = is_tied(&config, &checkpoint)?;
    let name = args.name.clone().unwrap_or_else(|| title_of(&args.from));
    let plans = [
        (Tower::Text, plan::text_tensors(&config.text, tied)),
        (Tower::Vision, plan::vision_tensors(&config.vision)),
    ];
    checkpoint.check(plans.iter().flat_map(|(_, tensors)| tensors), tied)?;

    fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    let sampling = sampling::keys(&args.from)?;
    for (tower, tensors) in &plans {
        let tower_type = args.pack_type.of(*tower);
        let general = General {
            name: &name,
            tower: *tower,
            file_type: tower_type.file_type(),
            n_parameters: plan::n_parameters(tensors),
            sampling: &sampling,
        };
        let keys = match tower {
            Tower::Text => {
                let tokenizer = vocabulary::keys(&args.from, config.text.vocab_size)?;
                keys::text(&general, &config, tokenizer)?
            }
            Tower::Vision => keys::vision(&general, &config, &preprocessor::read(&args.from)?)?,
        };
        let stored: Vec<_> = tensors.iter().map(|t| (t, tower_type.dtype(*tower, t, tied))).collect();
        pair::write(&args.out, *tower, &keys, &stored, |tensor, dtype, sink| {
            convert::stream(&checkpoint, tensor, dtype, sink)
                .with_context(|| format!("from {}", tensor.hub_name))
        })?;
    }
    Ok(())
}

/// Whether the output head is the embedding. The configuration says; without a word, the checkpoint does.
fn is_tied(config: &HubConfig, checkpoint: &Checkpoint) -> Result<bool> {
    let has_head = checkpoint.contains("lm_head.weight");
    match config.text.tie_word_embeddings {
        Some(false) if !has_head => {
            bail!("config.json says tie_word_embeddings = false, but the safetensors hold no lm_head.weight")
        }
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
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    Ok(Some(value))
}

/// The same for a file that must be there.
fn need_json(folder: &Path, file_name: &str) -> Result<serde_json::Value> {
    match read_json(folder, file_name)? {
        Some(value) => Ok(value),
        None => bail!(
            "{} has no {file_name}; give the folder as it was downloaded from the hub",
            folder.display()
        ),
    }
}
