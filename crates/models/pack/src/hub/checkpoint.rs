//! The safetensors of a folder, one file or many, read by ranges: only the headers are in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::Metadata;
use serde_json::Value;

use super::elements::Raw;
use super::read_json;
use crate::error::{CheckpointError, Result, ensure};
use crate::pair::plan::PlannedTensor;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
/// The format's own limit on a header, in bytes.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// Where every tensor of one or several files is.
pub(super) struct Checkpoint {
    shards: Vec<(PathBuf, File)>,
    /// By the hub's names, even if the files use others.
    tensors: BTreeMap<String, Located>,
}

/// Where one tensor is.
pub(super) struct Located {
    /// Its name in the file.
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    shard: usize,
    /// Of the first byte, in the file.
    start: u64,
}

/// The hub's name for a tensor or module that newer transformers call `model.language_model.…` or `model.visual.…`.
pub(super) fn hub_name(name: &str) -> String {
    if let Some(rest) = name.strip_prefix("model.language_model.") {
        return format!("model.{rest}");
    }
    name.strip_prefix("model.").filter(|rest| rest.starts_with("visual.")).unwrap_or(name).to_owned()
}

impl Checkpoint {
    /// The model in a folder of the hub's layout.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        Ok(Self::of_files(folder, &shard_names(folder)?)?)
    }

    /// Files of a folder, by name.
    pub(super) fn of_files(folder: &Path, names: &BTreeSet<String>) -> Result<Self, CheckpointError> {
        let mut checkpoint = Self { shards: Vec::new(), tensors: BTreeMap::new() };
        for file_name in names {
            let path = folder.join(file_name);
            checkpoint.add(&path).map_err(|error| in_file(&path, error))?;
        }
        Ok(checkpoint)
    }

    fn add(&mut self, path: &Path) -> Result<(), CheckpointError> {
        let mut file = File::open(path)?;
        let (header, data_start) = read_header(&mut file)?;
        let shard = self.shards.len();
        for (name, info) in header.tensors() {
            let dtype = info.dtype;
            ensure(matches!(dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16), || CheckpointError::Type {
                name: name.clone(),
                dtype,
            })?;
            let start = data_start + info.data_offsets.0 as u64;
            let located = Located { name: name.clone(), dtype, shape: info.shape.clone(), shard, start };
            if let Some(other) = self.tensors.insert(hub_name(&name), located) {
                let path = self.shards.get(other.shard).map_or(path, |(path, _)| path).to_path_buf();
                return Err(CheckpointError::Twice { name, other: other.name, path });
            }
        }
        self.shards.push((path.to_path_buf(), file));
        Ok(())
    }

    pub(super) fn find(&self, hub_name: &str) -> Option<&Located> {
        self.tensors.get(hub_name)
    }

    /// The same for a tensor that must be there.
    pub(super) fn need(&self, hub_name: &str) -> Result<&Located, CheckpointError> {
        self.find(hub_name).ok_or_else(|| CheckpointError::Absent { name: hub_name.to_owned() })
    }

    /// All tensors with the hub's names, sorted by these.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (&str, &Located)> {
        self.tensors.iter().map(|(name, located)| (name.as_str(), located))
    }

    /// Checks that every tensor of the plan is there in its shape, and that there are no others.
    pub(super) fn check<'a>(
        &self,
        plan: impl Iterator<Item = &'a PlannedTensor>,
        tied: bool,
    ) -> Result<(), CheckpointError> {
        let mut used = BTreeSet::new();
        for planned in plan {
            let (name, expected) = (planned.hub_name.as_str(), &planned.hub_shape);
            let found = &self.need(name)?.shape;
            ensure(found == expected, || CheckpointError::Shape {
                name: name.to_owned(),
                found: found.clone(),
                expected: expected.clone(),
            })?;
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
        Err(match strange.iter().find(is_adapter) {
            Some(name) => CheckpointError::AdapterInside { name: (*name).to_owned() },
            None => CheckpointError::Strange { n: strange.len(), first: (*first).to_owned() },
        })
    }

    /// Elements of a tensor, in row-major order, as they are stored.
    pub(super) fn read(&self, located: &Located, elements: Range<usize>) -> Result<Raw, CheckpointError> {
        let (path, file) = &self.shards[located.shard];
        let width = located.dtype.bitsize() / 8;
        let mut bytes = vec![0; elements.len() * width];
        let mut file = file;
        let start = SeekFrom::Start(located.start + (elements.start * width) as u64);
        let read = file.seek(start).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|error| in_file(path, error.into()))?;
        Ok(Raw { dtype: located.dtype, bytes })
    }

    /// All elements of a tensor.
    pub(super) fn read_all(&self, located: &Located) -> Result<Vec<f32>, CheckpointError> {
        Ok(self.read(located, 0..located.shape.iter().product())?.decode())
    }
}

fn in_file(path: &Path, error: CheckpointError) -> CheckpointError {
    CheckpointError::File { path: path.to_path_buf(), source: Box::new(error) }
}

/// The files that hold the weights, each once.
fn shard_names(folder: &Path) -> Result<BTreeSet<String>> {
    if let Some(index) = read_json(folder, INDEX)? {
        let map = index.get("weight_map").and_then(Value::as_object);
        let names = map.and_then(|map| map.values().map(|v| v.as_str().map(str::to_owned)).collect());
        return Ok(names.ok_or(CheckpointError::Index { index: INDEX })?);
    }
    if folder.join(SINGLE).is_file() {
        return Ok(BTreeSet::from([SINGLE.to_owned()]));
    }
    Err(CheckpointError::NoWeights { folder: folder.to_path_buf(), single: SINGLE, index: INDEX }.into())
}

/// The header of a safetensors file and the offset at which its data start.
fn read_header(file: &mut File) -> Result<(Metadata, u64), CheckpointError> {
    let found = file.metadata()?.len();
    ensure(found >= 8, || CheckpointError::Short { found })?;
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let claimed = u64::from_le_bytes(length);
    ensure(claimed <= MAX_HEADER_BYTES && claimed + 8 <= found, || CheckpointError::Header {
        claimed,
        found,
    })?;
    let mut json = vec![0; claimed as usize];
    file.read_exact(&mut json)?;
    let header: Metadata = serde_json::from_slice(&json)?;
    let data_start = claimed + 8;
    let expected = data_start + header.data_len() as u64;
    ensure(found == expected, || CheckpointError::Length { found, expected })?;
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
