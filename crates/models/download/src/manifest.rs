use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Wanted,
    address::{Address, escape},
    identity::{Validator, is_sha256},
};

const FILE_VERSION: u32 = 1;
const PAIR_VERSION: u32 = 1;
const PAIR_FORMAT: &str = "qwen2-vl-pair";

/// The name of the manifest that `qvm pack` writes beside the files of a pair.
pub const MANIFEST_NAME: &str = "manifest.json";

/// What is known about one file in the store, besides its bytes and their ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileManifest {
    version: u32,
    /// Its file name, for people.
    pub name: String,
    /// The addresses that it can be downloaded from, best first.
    pub mirrors: Vec<String>,
    /// Its length, once it is known.
    pub n_bytes: Option<u64>,
    /// Of the whole file, in lower case, if known.
    pub sha256: Option<String>,
    /// The version of the file at each mirror when bytes came from it.
    pub validators: BTreeMap<String, Validator>,
    /// Every byte is in place, and verified as far as possible.
    pub is_whole: bool,
}

impl FileManifest {
    /// The manifest of a file before any of it has arrived.
    pub(crate) fn new(wanted: &Wanted) -> Self {
        Self {
            version: FILE_VERSION,
            name: wanted.name.clone(),
            mirrors: wanted.mirrors.clone(),
            n_bytes: wanted.n_bytes,
            sha256: wanted.sha256.as_deref().and_then(is_sha256),
            validators: BTreeMap::new(),
            is_whole: false,
        }
    }

    /// Reads a manifest.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|e| ManifestError::Json(e.to_string()))?;
        if manifest.version != FILE_VERSION {
            return Err(ManifestError::Version { found: manifest.version, expected: FILE_VERSION });
        }
        Ok(manifest)
    }

    /// The manifest as it is on disk.
    pub fn to_json(&self) -> Vec<u8> {
        // A struct of strings and numbers has a JSON form.
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }
}

/// What `qvm pack` writes beside the files of a pair, and a host serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairManifest {
    /// `qwen2-vl-pair`
    pub format: String,
    /// 1
    pub version: u32,
    /// As people call the model.
    pub title: String,
    /// `q4_k_m` and the like.
    pub quantisation: String,
    /// The name of its licence, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Text model (whole or split) and `mmproj`, in any order.
    pub files: Vec<PairFile>,
}

/// One file of a pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairFile {
    /// Its name, beside the manifest.
    pub name: String,
    /// Its length.
    pub n_bytes: u64,
    /// Of the whole file, 64 hexadecimal digits.
    pub sha256: String,
}

impl PairManifest {
    /// The manifest of these files.
    pub fn new(title: String, quantisation: String, licence: Option<String>, files: Vec<PairFile>) -> Self {
        Self { format: PAIR_FORMAT.to_owned(), version: PAIR_VERSION, title, quantisation, licence, files }
    }

    /// Reads a manifest and checks it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|e| ManifestError::Json(e.to_string()))?;
        if manifest.format != PAIR_FORMAT {
            return Err(ManifestError::Format(manifest.format));
        }
        if manifest.version != PAIR_VERSION {
            return Err(ManifestError::Version { found: manifest.version, expected: PAIR_VERSION });
        }
        if manifest.files.is_empty() {
            return Err(ManifestError::Empty);
        }
        for (place, file) in manifest.files.iter().enumerate() {
            if !is_plain(&file.name) {
                return Err(ManifestError::Name(file.name.clone()));
            }
            if manifest.files[..place].iter().any(|earlier| earlier.name == file.name) {
                return Err(ManifestError::Twice(file.name.clone()));
            }
            if is_sha256(&file.sha256).is_none() {
                return Err(ManifestError::Hash { name: file.name.clone(), found: file.sha256.clone() });
            }
            if file.n_bytes == 0 {
                return Err(ManifestError::NoBytes(file.name.clone()));
            }
        }
        Ok(manifest)
    }

    /// The manifest as it is written; people can read it too.
    pub fn to_json(&self) -> String {
        // A struct of strings and numbers has a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The files with their addresses, which are beside the manifest's own.
    pub fn wanted(&self, address: &str) -> Result<Vec<Wanted>, ManifestError> {
        let bad = || ManifestError::Address(address.to_owned());
        let base = Address::parse(address).ok_or_else(bad)?;
        let wanted = |file: &PairFile| Wanted {
            name: file.name.clone(),
            mirrors: vec![base.beside(&escape(&file.name))],
            n_bytes: Some(file.n_bytes),
            sha256: is_sha256(&file.sha256),
        };
        Ok(self.files.iter().map(wanted).collect())
    }
}

/// Whether a name is a plain file name, and does not lead to another folder or host.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && name.len() <= 255
        && !name.contains(['/', '\\', ':', '?', '#', '%'])
        && !name.contains(char::is_control)
}

/// A manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not JSON, or not of this form.
    #[error("the manifest cannot be read: {0}")]
    Json(String),
    /// A document of another kind.
    #[error("the manifest's format is {0:?}, and \"qwen2-vl-pair\" was expected")]
    Format(String),
    /// From another version of the program.
    #[error("the manifest has version {found}, and version {expected} is read here")]
    Version {
        /// In the manifest.
        found: u32,
        /// Read here.
        expected: u32,
    },
    /// No files.
    #[error("the manifest names no files")]
    Empty,
    /// A file's name is a path or an address.
    #[error("the manifest names a file {0:?}; a plain file name was expected, of a file beside the manifest")]
    Name(String),
    /// A file is there twice.
    #[error("the manifest names {0:?} twice")]
    Twice(String),
    /// A value that is not a hash.
    #[error("the manifest's sha256 of {name:?} is {found:?}; 64 hexadecimal digits were expected")]
    Hash {
        /// The file.
        name: String,
        /// What the manifest has.
        found: String,
    },
    /// An empty file.
    #[error("the manifest says that {0:?} has no bytes")]
    NoBytes(String),
    /// The manifest's own address is not an address.
    #[error("{0:?} is not the address of a manifest")]
    Address(String),
}
