use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xtask::Layout;

/// Small pages that show that the harness can fail.
pub fn fixtures_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A file that a person gives to the page.
#[derive(Clone, Debug)]
pub struct Upload {
    /// With its extension.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Upload {
    /// A file of this name with these bytes.
    pub fn new(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), bytes: bytes.into() }
    }

    /// A file of `dist/`.
    ///
    /// # Errors
    /// If it is missing: the page was not built.
    pub fn from_dist(path: &str) -> Result<Self> {
        let path = Layout::find()?.dist().join(path);
        let bytes = std::fs::read(&path).with_context(|| {
            format!("cannot read {}: build the page with `cargo xtask dist`", path.display())
        })?;
        let name = path.file_name().context("a path without a file name")?.to_string_lossy().into_owned();
        Ok(Self { name, bytes })
    }

    /// Only its first half.
    pub fn cut_in_half(mut self) -> Self {
        self.bytes.truncate(self.bytes.len() / 2);
        self
    }

    /// A GGUF file with another name of the same length as its architecture.
    ///
    /// # Errors
    /// If the file does not name the architecture it should.
    pub fn of_architecture(mut self, from: &str, to: &str) -> Result<Self> {
        ensure!(from.len() == to.len(), "{from} and {to} must be of one length");
        let find =
            |bytes: &[u8], text: &str| bytes.windows(text.len()).position(|part| part == text.as_bytes());
        let key = find(&self.bytes, "general.architecture").context("the file names no architecture")?;
        let value = key + find(&self.bytes[key..], from).with_context(|| format!("the file is no {from}"))?;
        self.bytes[value..value + to.len()].copy_from_slice(to.as_bytes());
        Ok(self)
    }

    /// The file on disk, in a folder that is deleted with the result.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn on_disk(files: &[Self]) -> Result<(tempfile::TempDir, Vec<PathBuf>)> {
        let folder = tempfile::tempdir()?;
        let mut paths = Vec::new();
        for file in files {
            let path = folder.path().join(&file.name);
            std::fs::write(&path, &file.bytes)?;
            paths.push(path);
        }
        Ok((folder, paths))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_architecture_differs_in_that_word_alone() {
        let file = Upload::new("a.gguf", "GGUF..qwen2vl..general.architecture....qwen2vl..end");
        let other = file.clone().of_architecture("qwen2vl", "gptneox").unwrap();
        assert_eq!(other.bytes, b"GGUF..qwen2vl..general.architecture....gptneox..end");
        assert!(file.clone().of_architecture("llama", "qwen2").is_err());
        assert_eq!(file.bytes.len() / 2, file.cut_in_half().bytes.len());
    }
}
