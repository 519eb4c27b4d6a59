use std::fmt;

use serde::Deserialize;

use crate::{
    PairManifest, Place, Trouble, Wanted,
    address::{Address, escape},
    identity::is_sha256,
    trouble,
};

impl Place {
    /// What a person writes: `owner/repository`, `modelscope:owner/repository`, the address of a repository on huggingface.co,
    /// hf-mirror.com or modelscope.cn, or the address of a manifest (`….json`).
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        let text = text.trim();
        let bad = || PlaceError(text.to_owned());
        if let Some(name) = text.strip_prefix("modelscope:") {
            return repository(name.split('/')).map(Self::ModelScope).ok_or_else(bad);
        }
        if let Some(name) = text.strip_prefix("huggingface:").or_else(|| text.strip_prefix("hf:")) {
            return repository(name.split('/')).map(Self::HuggingFace).ok_or_else(bad);
        }
        let Some(address) = Address::parse(text) else {
            // Addresses are often pasted without their scheme.
            return match text.split_once('/') {
                Some((host, _)) if HOSTS.contains(&host) => Self::parse(&format!("https://{text}")),
                _ if text.split('/').count() == 2 => {
                    repository(text.split('/')).map(Self::HuggingFace).ok_or_else(bad)
                }
                _ => Err(bad()),
            };
        };
        let mut path = address.path.trim_matches('/').split('/');
        match address.host() {
            "huggingface.co" | "www.huggingface.co" | "hf.co" | "hf-mirror.com" if !is_manifest(&address) => {
                repository(path).map(Self::HuggingFace).ok_or_else(bad)
            }
            "modelscope.cn" | "www.modelscope.cn" if !is_manifest(&address) => match path.next() {
                Some("models") => repository(path).map(Self::ModelScope).ok_or_else(bad),
                _ => Err(bad()),
            },
            _ if is_manifest(&address) => Ok(Self::Manifest(text.to_owned())),
            _ => Err(bad()),
        }
    }

    /// The address that lists the files.
    ///
    /// The form of both hubs' answers is taken from public clients, not from the hubs themselves. Of the Hugging Face hub
    /// the first page is read, which has a thousand entries. Whether ModelScope lets pages of other sites read its list, and
    /// whether it still reports `Sha256`, is unverified.
    pub fn list_url(&self) -> String {
        match self {
            Self::HuggingFace(name) => {
                format!("https://huggingface.co/api/models/{name}/tree/main?recursive=true")
            }
            Self::ModelScope(name) => {
                format!(
                    "https://modelscope.cn/api/v1/models/{name}/repo/files?Revision=master&Recursive=true"
                )
            }
            Self::Manifest(address) => address.clone(),
        }
    }

    /// The addresses of one file of this place, best first. A manifest's files are beside it.
    pub fn mirrors(&self, path: &str) -> Vec<String> {
        let escaped: Vec<String> = path.split('/').map(escape).collect();
        let path = escaped.join("/");
        match self {
            Self::HuggingFace(name) => ["huggingface.co", "hf-mirror.com"]
                .iter()
                .map(|host| format!("https://{host}/{name}/resolve/main/{path}"))
                .collect(),
            Self::ModelScope(name) => {
                vec![format!("https://modelscope.cn/models/{name}/resolve/master/{path}")]
            }
            Self::Manifest(address) => {
                Address::parse(address).map(|address| address.beside(&path)).into_iter().collect()
            }
        }
    }

    /// The GGUF files of the list that came from [`Place::list_url`].
    pub(crate) fn read_list(&self, bytes: &[u8]) -> Result<Vec<Wanted>, Trouble> {
        let address = self.list_url();
        let unreadable = |why: String| trouble::unreadable_list(&address, &why);
        if bytes.trim_ascii_start().starts_with(b"<") {
            return Err(unreadable("it is a web page".to_owned()));
        }
        let files = match self {
            Self::HuggingFace(_) => {
                let entries: Vec<HubEntry> =
                    serde_json::from_slice(bytes).map_err(|e| unreadable(e.to_string()))?;
                entries
                    .into_iter()
                    .filter(|entry| entry.kind == "file")
                    .map(|entry| self.hub_file(entry))
                    .collect()
            }
            Self::ModelScope(_) => {
                let list: ScopeList = serde_json::from_slice(bytes).map_err(|e| unreadable(e.to_string()))?;
                let Some(data) = list.data else {
                    return Err(unreadable(list.message.unwrap_or_else(|| "it has no Data".to_owned())));
                };
                data.files
                    .into_iter()
                    .filter(|entry| entry.kind != "tree")
                    .map(|entry| self.scope_file(entry))
                    .collect()
            }
            Self::Manifest(address) => PairManifest::parse(bytes)
                .and_then(|manifest| manifest.wanted(address))
                .map_err(|e| unreadable(e.to_string()))?,
        };
        let mut files: Vec<Wanted> =
            files.into_iter().filter(|file| file.name.to_ascii_lowercase().ends_with(".gguf")).collect();
        if files.is_empty() {
            return Err(trouble::no_gguf(&self.to_string()));
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    fn hub_file(&self, entry: HubEntry) -> Wanted {
        let (n_bytes, sha256) = match entry.lfs {
            Some(lfs) => (lfs.size.or(entry.size), lfs.oid.as_deref().and_then(is_sha256)),
            None => (entry.size, None),
        };
        self.file(&entry.path, n_bytes, sha256)
    }

    fn scope_file(&self, entry: ScopeEntry) -> Wanted {
        self.file(&entry.path, entry.size, entry.sha256.as_deref().and_then(is_sha256))
    }

    fn file(&self, path: &str, n_bytes: Option<u64>, sha256: Option<String>) -> Wanted {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        Wanted { name, mirrors: self.mirrors(path), n_bytes, sha256 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HuggingFace(name) => write!(f, "{name} on Hugging Face"),
            Self::ModelScope(name) => write!(f, "{name} on ModelScope"),
            Self::Manifest(address) => write!(f, "the manifest {address}"),
        }
    }
}

const HOSTS: [&str; 5] = ["huggingface.co", "hf.co", "hf-mirror.com", "modelscope.cn", "www.modelscope.cn"];

fn is_manifest(address: &Address<'_>) -> bool {
    address.path.to_ascii_lowercase().ends_with(".json")
}

/// `owner/repository` from the first two parts of a path.
fn repository<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<String> {
    let is_name = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.len() <= 96
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let owner = parts.next().filter(is_name)?;
    // Sections of the hub that are not owners.
    if matches!(owner, "datasets" | "spaces" | "models" | "docs" | "api" | "collections" | "papers") {
        return None;
    }
    let name = parts.next().filter(is_name)?;
    Some(format!("{owner}/{name}"))
}

/// What a person wrote is not a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is neither a repository nor a manifest: write owner/repository (Hugging Face), modelscope:owner/repository, the address of a \
     repository, or the address of a manifest that ends with .json"
)]
pub struct PlaceError(pub String);

#[derive(Deserialize)]
struct HubEntry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    size: Option<u64>,
    lfs: Option<HubLfs>,
}

#[derive(Deserialize)]
struct HubLfs {
    /// The SHA-256 of the file.
    oid: Option<String>,
    size: Option<u64>,
}

#[derive(Deserialize)]
struct ScopeList {
    #[serde(rename = "Data")]
    data: Option<ScopeData>,
    #[serde(rename = "Message")]
    message: Option<String>,
}

#[derive(Deserialize)]
struct ScopeData {
    #[serde(rename = "Files", default)]
    files: Vec<ScopeEntry>,
}

#[derive(Deserialize)]
struct ScopeEntry {
    #[serde(rename = "Path")]
    path: String,
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(rename = "Size")]
    size: Option<u64>,
    #[serde(rename = "Sha256")]
    sha256: Option<String>,
}
