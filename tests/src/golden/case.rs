use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

/// Arrays that the reference implementation computed for one turn.
#[derive(Debug)]
pub struct Case {
    /// The file's name without `case_` and extension.
    pub name: String,
    floats: HashMap<String, Vec<f32>>,
    integers: HashMap<String, Vec<u32>>,
}

impl Case {
    /// Reads one safetensors file; integers are i32 or i64.
    ///
    /// # Errors
    /// If the file cannot be read or holds another type.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let tensors = SafeTensors::deserialize(&bytes).with_context(|| path.display().to_string())?;
        let mut case = Self { name: stem(path), floats: HashMap::new(), integers: HashMap::new() };
        for (name, tensor) in tensors.tensors() {
            let data = tensor.data();
            match tensor.dtype() {
                Dtype::F32 => {
                    let values = data.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
                    case.floats.insert(name, values);
                }
                Dtype::I32 => {
                    let values = data.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b) as u32).collect();
                    case.integers.insert(name, values);
                }
                Dtype::I64 => {
                    let values = data.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as u32).collect();
                    case.integers.insert(name, values);
                }
                other => ensure!(false, "{}: {name} has type {other:?}", path.display()),
            }
        }
        Ok(case)
    }

    /// A float array.
    ///
    /// # Errors
    /// If the case has none of that name.
    pub fn floats(&self, name: &str) -> anyhow::Result<&[f32]> {
        self.floats.get(name).map(Vec::as_slice).with_context(|| format!("case {} has no {name}", self.name))
    }

    /// A float array that not every case has.
    pub fn opt_floats(&self, name: &str) -> Option<&[f32]> {
        self.floats.get(name).map(Vec::as_slice)
    }

    /// An integer array.
    ///
    /// # Errors
    /// If the case has none of that name.
    pub fn integers(&self, name: &str) -> anyhow::Result<&[u32]> {
        self.integers
            .get(name)
            .map(Vec::as_slice)
            .with_context(|| format!("case {} has no {name}", self.name))
    }

    /// An integer array that not every case has.
    pub fn opt_integers(&self, name: &str) -> Option<&[u32]> {
        self.integers.get(name).map(Vec::as_slice)
    }
}

/// What a case asks.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    /// Name of the case.
    pub name: &'static str,
    /// Names of its images.
    pub images: &'static [&'static str],
    /// What the person says.
    pub text: &'static str,
}

/// The `case_*.safetensors` of a folder, by name.
///
/// # Errors
/// If the folder cannot be read.
pub fn cases_in(dir: &Path) -> anyhow::Result<Vec<Case>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("case_")) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().map_or(String::new(), |s| s.to_string_lossy().into_owned());
    stem.strip_prefix("case_").map_or(stem.clone(), str::to_owned)
}
