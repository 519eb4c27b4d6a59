//! Packs the golden hub folders and compares the result with files that other programs wrote.

mod defaults;
mod errors;
mod folders;
mod llama;
mod outputs;
mod types;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Result;
use candle_core::Device;
use candle_core::quantized::gguf_file::Content;

use super::{PackOptions, PackType, pack_folder};

/// `tests/golden`.
pub(super) fn golden_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/golden")
}

pub(super) fn golden(model: &str) -> PathBuf {
    golden_data().join("model").join(model)
}

/// An empty folder for one test.
pub(super) fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("pack-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// A copy of a folder's files, except those in `skip`.
pub(super) fn copy_of(folder: &Path, to: &str, skip: &[&str]) -> Result<PathBuf> {
    let copy = scratch(to);
    fs::create_dir_all(&copy)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !skip.contains(&entry.file_name().to_string_lossy().as_ref()) {
            let path = copy.join(entry.file_name());
            // Without its permissions: the original may be read-only.
            fs::write(path, fs::read(entry.path())?)?;
        }
    }
    Ok(copy)
}

pub(super) fn pack(from: &Path, pack_type: PackType, name: &str, out: &Path) -> Result<()> {
    pack_with(from, None, pack_type, name, out)
}

pub(super) fn pack_with(
    from: &Path,
    lora: Option<&Path>,
    pack_type: PackType,
    name: &str,
    out: &Path,
) -> Result<()> {
    let options = PackOptions {
        from: from.to_path_buf(),
        out: out.to_path_buf(),
        pack_type,
        lora: lora.map(Path::to_path_buf),
        name: Some(name.to_owned()),
    };
    Ok(pack_folder(&options, &mut |_| {})?)
}

/// One file: keys as text, tensors as (type, shape, values).
pub(super) struct Contents {
    pub(super) keys: BTreeMap<String, String>,
    pub(super) tensors: BTreeMap<String, (String, Vec<usize>, Vec<f32>)>,
}

pub(super) fn read(path: &Path) -> Result<Contents> {
    let mut file = File::open(path)?;
    let content = Content::read(&mut file)?;
    let keys = content.metadata.iter().map(|(key, value)| (key.clone(), format!("{value:?}"))).collect();
    let mut tensors = BTreeMap::new();
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(&mut file, name, &Device::Cpu)?;
        let values = tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()?;
        tensors
            .insert(name.clone(), (format!("{:?}", tensor.dtype()), tensor.shape().dims().to_vec(), values));
    }
    Ok(Contents { keys, tensors })
}

/// Names of the entries that differ between two maps.
pub(super) fn differences<V: PartialEq>(
    found: &BTreeMap<String, V>,
    expected: &BTreeMap<String, V>,
) -> Vec<String> {
    let names = found.keys().chain(expected.keys()).collect::<std::collections::BTreeSet<_>>();
    names.into_iter().filter(|name| found.get(*name) != expected.get(*name)).cloned().collect()
}

#[test]
fn the_comparison_sees_a_wrong_key_value_and_a_missing_one() {
    let map =
        |pairs: &[(&str, i32)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect::<BTreeMap<_, _>>();
    let found = differences(&map(&[("a", 1), ("b", 2), ("c", 3)]), &map(&[("a", 1), ("b", 9), ("d", 4)]));
    assert_eq!(found, ["b", "c", "d"]);
}
