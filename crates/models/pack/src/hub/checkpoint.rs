//! The safetensors of a folder, one file or many, read by ranges: nothing is held but the headers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use serde_json::Value;

use super::elements::Raw;
use super::read_json;
use crate::pair::plan::PlannedTensor;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
/// The format's own limit on a header, in bytes.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// Where every tensor of one or several files lies.
pub(super) struct Checkpoint {
    shards: Vec<(PathBuf, File)>,
    /// By the hub's names, whatever names the files use.
    tensors: BTreeMap<String, Located>,
}

/// Where one tensor lies.
pub(super) struct Located {
    /// Its name in the file.
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    shard: usize,
    /// Of the first byte, in the file.
    start: u64,
}

/// The hub's name of a tensor or module that newer transformers call `model.language_model.…` or `model.visual.…`.
pub(super) fn hub_name(name: &str) -> String {
    if let Some(rest) = name.strip_prefix("model.language_model.") {
        return format!("model.{rest}");
    }
    name.strip_prefix("model.").filter(|rest| rest.starts_with("visual.")).unwrap_or(name).to_owned()
}

impl Checkpoint {
    /// The model in a folder of the hub's layout.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        Self::of_files(folder, &shard_names(folder)?)
    }

    /// Files of a folder, by name.
    pub(super) fn of_files(folder: &Path, names: &BTreeSet<String>) -> Result<Self> {
        let mut checkpoint = Self { shards: Vec::new(), tensors: BTreeMap::new() };
        for file_name in names {
            let path = folder.join(file_name);
            checkpoint.add(&path).with_context(|| format!("cannot read {}", path.display()))?;
        }
        Ok(checkpoint)
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let mut file = File::open(path)?;
        let (header, data_start) = read_header(&mut file)?;
        let shard = self.shards.len();
        for (name, info) in header.tensors() {
            ensure!(
                matches!(info.dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16),
                "tensor {name} is {:?}; expected F32, F16 or BF16 (unquantised weights)",
                info.dtype
            );
            let start = data_start + info.data_offsets.0 as u64;
            let located =
                Located { name: name.clone(), dtype: info.dtype, shape: info.shape.clone(), shard, start };
            if let Some(other) = self.tensors.insert(hub_name(&name), located) {
                bail!("tensor {name} is there twice (as {} in {})", other.name, self.path(other.shard, path));
            }
        }
        self.shards.push((path.to_path_buf(), file));
        Ok(())
    }

    fn path(&self, shard: usize, newest: &Path) -> String {
        self.shards.get(shard).map_or(newest, |(path, _)| path).display().to_string()
    }

    pub(super) fn find(&self, hub_name: &str) -> Option<&Located> {
        self.tensors.get(hub_name)
    }

    /// All tensors with the hub's names, sorted by these.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (&str, &Located)> {
        self.tensors.iter().map(|(name, located)| (name.as_str(), located))
    }

    /// Holds the checkpoint against the plan: everything there, in its shape, and nothing else.
    pub(super) fn check<'a>(&self, plan: impl Iterator<Item = &'a PlannedTensor>, tied: bool) -> Result<()> {
        let mut used = BTreeSet::new();
        for planned in plan {
            let name = planned.hub_name.as_str();
            let Some(located) = self.find(name) else {
                bail!("the safetensors hold no {name}, which config.json calls for");
            };
            ensure!(
                located.shape == planned.hub_shape,
                "tensor {name} has shape {:?}; expected {:?} by config.json",
                located.shape,
                planned.hub_shape
            );
            used.insert(name);
        }
        let ignored =
            |name: &str| name.ends_with("rotary_emb.inv_freq") || (tied && name == "lm_head.weight");
        let strange: Vec<&str> = self
            .tensors()
            .filter(|(n, _)| !used.contains(n) && !ignored(n))
            .map(|(_, l)| l.name.as_str())
            .collect();
        let Some(first) = strange.first() else { return Ok(()) };
        let is_adapter = |name: &&&str| name.contains("lora_") || name.contains(".base_layer.");
        if let Some(adapter) = strange.iter().find(is_adapter) {
            bail!(
                "the safetensors hold {adapter}, part of an adapter; give the model as --from and the adapter's folder as --lora"
            );
        }
        bail!("{} tensors are none of Qwen2-VL's, {first} first", strange.len())
    }

    /// Elements of a tensor, in row-major order, as they are stored.
    pub(super) fn read(&self, located: &Located, elements: Range<usize>) -> Result<Raw> {
        let (path, file) = &self.shards[located.shard];
        let width = located.dtype.bitsize() / 8;
        let mut bytes = vec![0; elements.len() * width];
        let mut file = file;
        file.seek(SeekFrom::Start(located.start + (elements.start * width) as u64))?;
        file.read_exact(&mut bytes).with_context(|| format!("{} ends early", path.display()))?;
        Ok(Raw { dtype: located.dtype, bytes })
    }

    /// All elements of a tensor.
    pub(super) fn read_all(&self, located: &Located) -> Result<Vec<f32>> {
        Ok(self.read(located, 0..located.shape.iter().product())?.decode())
    }
}

/// The files that hold the weights, each once.
fn shard_names(folder: &Path) -> Result<BTreeSet<String>> {
    if let Some(index) = read_json(folder, INDEX)? {
        let map = index.get("weight_map").and_then(Value::as_object);
        let map = map.with_context(|| format!("{INDEX} has no weight_map"))?;
        let names = map.values().map(|v| v.as_str().map(str::to_owned));
        return names
            .collect::<Option<_>>()
            .with_context(|| format!("{INDEX}: weight_map names no file somewhere"));
    }
    if folder.join(SINGLE).is_file() {
        return Ok(BTreeSet::from([SINGLE.to_owned()]));
    }
    bail!("{} holds neither {SINGLE} nor {INDEX}; only safetensors are read", folder.display())
}

/// The header of a safetensors file and the offset at which its data start.
fn read_header(file: &mut File) -> Result<(Metadata, u64)> {
    let file_len = file.metadata()?.len();
    let mut length = [0; 8];
    file.read_exact(&mut length).context("shorter than the eight bytes that open a safetensors file")?;
    let n_bytes = u64::from_le_bytes(length);
    ensure!(
        n_bytes <= MAX_HEADER_BYTES && n_bytes + 8 <= file_len,
        "its header claims {n_bytes} bytes of a file of {file_len}; not a safetensors file, or cut off"
    );
    let mut json = vec![0; usize::try_from(n_bytes)?];
    file.read_exact(&mut json)?;
    let header: Metadata =
        serde_json::from_slice(&json).context("its header is not that of a safetensors file")?;
    let data_start = n_bytes + 8;
    let expected = data_start + header.data_len() as u64;
    ensure!(
        file_len == expected,
        "is {file_len} bytes long; its header calls for {expected} (download it again)"
    );
    Ok((header, data_start))
}

#[cfg(test)]
mod tests {
    use super::hub_name;

    #[test]
    fn names_of_newer_transformers_become_the_hubs() {
        for (name, expected) in [
            ("model.language_model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight"),
            ("model.visual.merger.ln_q.bias", "visual.merger.ln_q.bias"),
            ("model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight"),
            ("visual.merger.ln_q.bias", "visual.merger.ln_q.bias"),
            ("lm_head.weight", "lm_head.weight"),
        ] {
            assert_eq!(hub_name(name), expected);
        }
    }
}
