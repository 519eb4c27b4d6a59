//! The safetensors of a folder, one file or many, read by ranges: nothing is held but the headers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use candle_core::{DType, Device, Tensor};
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use serde_json::Value;

use super::read_json;
use crate::pair::plan::Planned;

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
/// The format's own limit on a header, in bytes.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// Where every tensor of a folder lies.
pub(super) struct Checkpoint {
    shards: Vec<(PathBuf, File)>,
    tensors: BTreeMap<String, Source>,
}

struct Source {
    shard: usize,
    dtype: DType,
    shape: Vec<usize>,
    /// Of the first byte, in the file.
    start: u64,
}

impl Checkpoint {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let mut checkpoint = Self { shards: Vec::new(), tensors: BTreeMap::new() };
        for file_name in shard_names(folder)? {
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
            let dtype = match info.dtype {
                Dtype::F32 => DType::F32,
                Dtype::F16 => DType::F16,
                Dtype::BF16 => DType::BF16,
                other => bail!("tensor {name} is {other:?}; expected F32, F16 or BF16 (unquantised weights)"),
            };
            let start = data_start + info.data_offsets.0 as u64;
            let source = Source { shard, dtype, shape: info.shape.clone(), start };
            ensure!(self.tensors.insert(name.clone(), source).is_none(), "tensor {name} is in two files");
        }
        self.shards.push((path.to_path_buf(), file));
        Ok(())
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The hub's names, or those of newer transformers (`model.language_model.`, `model.visual.`).
    fn find(&self, name: &str) -> Option<(&String, &Source)> {
        let renamed = match name.strip_prefix("model.") {
            Some(rest) => format!("model.language_model.{rest}"),
            None => format!("model.{name}"),
        };
        self.tensors.get_key_value(name).or_else(|| self.tensors.get_key_value(&renamed))
    }

    /// Holds the checkpoint against the plan: everything there, in its shape, and nothing else.
    pub(super) fn check<'a>(&self, plan: impl Iterator<Item = &'a Planned>, tied: bool) -> Result<()> {
        let mut used = BTreeSet::new();
        for planned in plan {
            let name = &planned.hub_name;
            let Some((found_name, source)) = self.find(name) else {
                bail!("the safetensors hold no {name}, which config.json calls for");
            };
            ensure!(
                source.shape == planned.hub_shape,
                "tensor {name} has shape {:?}; expected {:?} by config.json",
                source.shape,
                planned.hub_shape
            );
            used.insert(found_name.as_str());
        }
        let ignored =
            |name: &str| name.ends_with("rotary_emb.inv_freq") || (tied && name == "lm_head.weight");
        let strange: Vec<&str> =
            self.tensors.keys().map(String::as_str).filter(|n| !used.contains(n) && !ignored(n)).collect();
        if let Some(first) = strange.first() {
            bail!(
                "{} tensors are none of Qwen2-VL's, {first} first; merge adapters before packing",
                strange.len()
            );
        }
        Ok(())
    }

    /// Elements of a tensor, in row-major order, as a vector of f32.
    pub(super) fn read(&self, name: &str, elements: Range<usize>) -> Result<Tensor> {
        let (_, source) = self.find(name).with_context(|| format!("no tensor {name}"))?;
        let (path, file) = &self.shards[source.shard];
        let width = source.dtype.size_in_bytes();
        let mut bytes = vec![0; elements.len() * width];
        let mut file = file;
        file.seek(SeekFrom::Start(source.start + (elements.start * width) as u64))?;
        file.read_exact(&mut bytes).with_context(|| format!("{} ends early", path.display()))?;
        let tensor = Tensor::from_raw_buffer(&bytes, source.dtype, &[elements.len()], &Device::Cpu)?;
        Ok(tensor.to_dtype(DType::F32)?)
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
