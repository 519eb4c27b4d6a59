//! `qvm pack`: a Hugging Face folder of Qwen2-VL becomes the GGUF pair that llama.cpp's converter writes.
//!
//! The folder's configuration says which tensors there must be ([`plan`](crate::pair::plan)); the checkpoint says where they are
//! ([`checkpoint`]); an adapter may change them on the way ([`lora`]); [`mix`] chooses how each is stored. Tensors pass one
//! by one, a few million elements at a time, from the safetensors to the container, so that the size of the model does not
//! matter to memory.

mod checkpoint;
mod convert;
mod dimensions;
mod elements;
mod lora;
mod manifest;
mod mix;
mod preprocessor;
mod sampling;
mod source;
mod storage;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use clap::ValueEnum as _;
use tensor::Dtype;

use crate::pair::config::HubConfig;
use crate::pair::container::Key;
use crate::pair::keys::{self, General};
use crate::pair::plan::Planned;
use crate::pair::{self, Progress, Tower, plan};
use checkpoint::Checkpoint;
use lora::Adapter;
use mix::TextRule;
use source::Source;
pub use storage::PackType;

/// A folder in the hub's layout to `text.gguf` and `mmproj.gguf`, with a manifest and checksums beside them.
#[derive(Debug, clap::Args)]
pub struct PackArgs {
    /// Folder with config.json, the tokenizer, preprocessor_config.json and model.safetensors (or its shards)
    #[arg(long)]
    pub from: PathBuf,
    /// Folder that receives text.gguf and mmproj.gguf, manifest.json and SHA256SUMS; made if it is not there
    #[arg(long)]
    pub out: PathBuf,
    /// How matrices are stored, with llama.cpp's mix of types; vectors are always f32. Below q8_0 the mmproj is q8_0
    #[arg(long = "type", value_enum, ignore_case = true, default_value_t = PackType::Q8_0)]
    pub pack_type: PackType,
    /// Folder of a LoRA adapter (adapter_config.json, adapter_model.safetensors, as PEFT saves it) to merge into the weights
    #[arg(long)]
    pub lora: Option<PathBuf>,
    /// `general.name` of both files and the manifest's title; without it, the folder's name
    #[arg(long)]
    pub name: Option<String>,
}

/// Packs a folder, telling on standard error how far it is and what was written.
///
/// # Errors
/// If the folder is not a complete Qwen2-VL, an adapter does not fit it, or a value does not fit the chosen type; the
/// message says what was found and what was expected. Files get their names when both are complete.
pub fn run(args: &PackArgs) -> Result<()> {
    let Prepared { name, source, files } = prepare(args)?;
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    let sizes = files.iter().map(|file| pair::n_bytes(&file.stored()));
    let mut progress = Progress::start(sizes.sum::<Result<_>>()?);
    let mut parts = Vec::new();
    for file in &files {
        let fill = |tensor: &Planned, dtype, sink: pair::Sink<'_>| {
            convert::stream(&source, tensor, dtype, sink).with_context(|| format!("from {}", tensor.hub_name))
        };
        let stored = file.stored();
        parts.push(pair::write_part(&args.out, file.tower, &file.keys, &stored, &mut progress, fill)?);
    }
    manifest::remove(&args.out)?;
    let written = parts.into_iter().map(pair::Part::publish).collect::<Result<Vec<_>>>()?;
    let quantisation =
        args.pack_type.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned());
    manifest::write(&args.out, &name, &quantisation, manifest::licence(&args.from)?, &written)
}

/// A folder that was read and checked. No weight was read yet.
struct Prepared {
    name: String,
    source: Source,
    files: Vec<Outline>,
}

/// A file that will be written, all but its weights.
struct Outline {
    tower: Tower,
    keys: Vec<Key>,
    tensors: Vec<(Planned, Dtype)>,
}

impl Outline {
    fn stored(&self) -> Vec<(&Planned, Dtype)> {
        self.tensors.iter().map(|(tensor, dtype)| (tensor, *dtype)).collect()
    }
}

fn prepare(args: &PackArgs) -> Result<Prepared> {
    let in_file = || format!("in {}", args.from.join("config.json").display());
    let config = HubConfig::parse(&need_json(&args.from, "config.json")?).with_context(in_file)?;
    let checkpoint = Checkpoint::open(&args.from)?;
    let tied = is_tied(&config, &checkpoint)?;
    let plans = [
        (Tower::Text, plan::text_tensors(&config.text, tied)),
        (Tower::Vision, plan::vision_tensors(&config.vision)),
    ];
    let planned = || plans.iter().flat_map(|(_, tensors)| tensors);
    checkpoint.check(planned(), tied).map_err(|error| explained(error, &config, &checkpoint))?;
    config.check().with_context(in_file)?;
    let adapter = args.lora.as_deref().map(|folder| Adapter::open(folder, planned(), tied)).transpose()?;
    if let (Some(folder), Some(adapter)) = (&args.lora, &adapter) {
        eprintln!("{}: changes {} tensors", folder.display(), adapter.n_changed());
    }
    let name = args.name.clone().unwrap_or_else(|| title_of(&args.from));
    let rule = TextRule { tied, n_layers: config.text.num_hidden_layers };
    let mut files = Vec::new();
    for (tower, tensors) in plans {
        let keys = keys_of(args, &config, &name, tower, &tensors)?;
        let tower_type = args.pack_type.of(tower);
        let with_dtype = |tensor: Planned| {
            let dtype = match tower {
                Tower::Text => mix::text_dtype(tower_type, &tensor, rule),
                Tower::Vision => mix::vision_dtype(tower_type, &tensor),
            };
            (tensor, dtype)
        };
        files.push(Outline { tower, keys, tensors: tensors.into_iter().map(with_dtype).collect() });
    }
    Ok(Prepared { name, source: Source { checkpoint, adapter }, files })
}

/// Puts before an error about one tensor which numbers of the configuration it follows from.
fn explained(error: Error, config: &HubConfig, checkpoint: &Checkpoint) -> Error {
    let contradictions = dimensions::contradictions(config, checkpoint);
    if contradictions.is_empty() { error } else { error.context(contradictions.join("\n")) }
}

/// The metadata of one file.
fn keys_of(
    args: &PackArgs,
    config: &HubConfig,
    name: &str,
    tower: Tower,
    tensors: &[Planned],
) -> Result<Vec<Key>> {
    let sampling = sampling::keys(&args.from)?;
    let general = General {
        name,
        tower,
        file_type: args.pack_type.of(tower).file_type(),
        n_parameters: plan::n_parameters(tensors),
        sampling: &sampling,
    };
    match tower {
        Tower::Text => keys::text(&general, config, vocabulary::keys(&args.from, config.text.vocab_size)?),
        Tower::Vision => keys::vision(&general, config, &preprocessor::read(&args.from)?),
    }
}

/// Whether the output head is the embedding. The configuration says; without a word, the checkpoint does.
fn is_tied(config: &HubConfig, checkpoint: &Checkpoint) -> Result<bool> {
    let has_head = checkpoint.find("lm_head.weight").is_some();
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
