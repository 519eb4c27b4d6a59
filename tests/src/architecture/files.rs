use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A source file, by its path in the checkout.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the checkout.
    pub path: PathBuf,
    /// What it holds.
    pub text: String,
}

impl SourceFile {
    /// Every file with one of these extensions under these folders of the checkout.
    ///
    /// # Errors
    /// If a folder or file cannot be read.
    pub fn all(root: &Path, folders: &[&str], extensions: &[&str]) -> Result<Vec<Self>> {
        let mut files = Vec::new();
        let mut folders = folders.iter().map(|folder| root.join(folder)).collect::<Vec<_>>();
        while let Some(folder) = folders.pop() {
            let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
            for entry in entries {
                let path = entry?.path();
                let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
                if path.is_dir() {
                    folders.push(path);
                } else if extensions.contains(&extension) {
                    let text = fs::read_to_string(&path)
                        .with_context(|| format!("cannot read {}", path.display()))?;
                    files.push(Self { path: path.strip_prefix(root)?.to_owned(), text });
                }
            }
        }
        Ok(files)
    }

    fn n_lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// How long a file may be, by its extension.
pub struct FileSizes(pub &'static [(&'static str, usize)]);

impl FileSizes {
    /// Every file that is too long, as a sentence.
    pub fn violations(&self, files: &[SourceFile]) -> Vec<String> {
        let violation = |file: &SourceFile| {
            let extension = file.path.extension()?.to_str()?;
            let (_, max_lines) = self.0.iter().find(|(of, _)| *of == extension)?;
            let n_lines = file.n_lines();
            (n_lines > *max_lines)
                .then(|| format!("{} has {n_lines} lines; {max_lines} are the most", file.path.display()))
        };
        files.iter().filter_map(violation).collect()
    }
}

/// Text that may stand in some folders only.
pub struct Texts(pub &'static [(&'static str, &'static [&'static str])]);

impl Texts {
    /// Every line outside those folders that holds such a text, as a sentence.
    pub fn violations(&self, files: &[SourceFile]) -> Vec<String> {
        let mut violations = Vec::new();
        for (text, folders) in self.0 {
            let outside =
                files.iter().filter(|file| !folders.iter().any(|folder| file.path.starts_with(folder)));
            for file in outside {
                let lines = (1..).zip(file.text.lines()).filter(|(_, line)| line.contains(text));
                violations.extend(lines.map(|(number, _)| {
                    format!("{}:{number} says {text:?}; only {folders:?} may", file.path.display())
                }));
            }
        }
        violations
    }
}
