//! Files on disk as byte sources.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::UNIX_EPOCH;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use cpu::{Cpu, Precision};
use engine::{ByteSource, SourceError};

/// The two files of a model.
#[derive(Args, Clone, Debug)]
pub(crate) struct ModelFiles {
    /// Text model (GGUF, architecture qwen2vl), or a folder with text.gguf and mmproj.gguf
    #[arg(long)]
    pub(crate) model: PathBuf,
    /// Vision file (GGUF, architecture clip)
    #[arg(long)]
    pub(crate) mmproj: Option<PathBuf>,
}

impl ModelFiles {
    /// The pair in a folder.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        Self { model: folder.to_path_buf(), mmproj: None }
    }

    /// Both files, open: the text model, then the vision file.
    pub(crate) fn open(&self) -> anyhow::Result<[FileSource; 2]> {
        let model = &self.model;
        let [text, vision] = match &self.mmproj {
            Some(mmproj) => [model.clone(), mmproj.clone()],
            None if model.is_dir() => ["text.gguf", "mmproj.gguf"].map(|name| model.join(name)),
            None => anyhow::bail!(
                "{} is one of two files; name the vision file with --mmproj, or a folder that has both",
                model.display()
            ),
        };
        Ok([FileSource::open(&text)?, FileSource::open(&vision)?])
    }
}

/// How products with quantised weights are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionArg {
    /// Activations rounded to 8 bits, weights as in the file
    Fast,
    /// Everything in f32
    Exact,
}

impl PrecisionArg {
    pub(crate) fn machine(self) -> Cpu {
        Cpu::new(match self {
            Self::Fast => Precision::Quantised,
            Self::Exact => Precision::Exact,
        })
    }
}

/// A file on disk; a clone reads the same file.
#[derive(Clone, Debug)]
pub(crate) struct FileSource {
    name: String,
    file: Rc<File>,
    n_bytes: u64,
    version: Option<String>,
}

impl FileSource {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let metadata = file.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        // A file system without times has no versions.
        let changed = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let version = changed.map(|since| since.as_nanos().to_string());
        let name = path.display().to_string();
        Ok(Self { name, file: Rc::new(file), n_bytes: metadata.len(), version })
    }

    /// The same, named without its folder: the name is written into reports, and the folder is private.
    pub(crate) fn open_by_name(path: &Path) -> anyhow::Result<Self> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, ..Self::open(path)? })
    }
}

impl ByteSource for FileSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    fn version(&self) -> Option<String> {
        self.version.clone()
    }

    async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        let mut file = &*self.file;
        let read = file.seek(SeekFrom::Start(range.start)).and_then(|_| file.read_exact(&mut bytes));
        match read {
            Ok(()) => Ok(bytes),
            Err(e) => Err(SourceError { name: self.name.clone(), message: e.to_string() }),
        }
    }
}
