use serde::{Deserialize, Serialize};

/// Names one order: every report that belongs to it carries it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderId(pub u32);

/// Names one model in the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModelKey(pub String);

/// What the page orders from the context that reaches the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Order {
    /// List the GGUF files of a place with their lengths.
    List {
        /// Ends with `Listed` or `Failed`.
        id: OrderId,
        /// Where.
        place: Place,
    },
    /// Ask the hosts for lengths and hashes of files, without fetching them.
    Look {
        /// Ends with `Looked` or `Failed`.
        id: OrderId,
        /// Which.
        files: Vec<Wanted>,
    },
    /// Bring a model into the store, or the missing parts of it.
    Fetch {
        /// Ends with `Fetched`, `Stopped` or `Failed`.
        id: OrderId,
        /// What is wanted.
        wish: Wish,
    },
    /// End a running or waiting order; one that has ended is not an error. Takes effect at once.
    Stop {
        /// Which.
        id: OrderId,
        /// What happens to the bytes that have arrived.
        keep: Keep,
    },
    /// Read a stored model again, and fetch those chunks that are damaged.
    Check {
        /// Ends with `Checked`, `Stopped` or `Failed`.
        id: OrderId,
        /// Which.
        model: ModelKey,
    },
    /// Say what the store holds.
    Inventory {
        /// Ends with `Inventory` or `Failed`.
        id: OrderId,
    },
    /// Delete models; files that another model shares stay.
    Delete {
        /// Ends with `Deleted` or `Failed`.
        id: OrderId,
        /// Which; one that is not there is not an error.
        models: Vec<ModelKey>,
    },
    /// Note that a model is used now. Ends without a report.
    Used {
        /// Which.
        model: ModelKey,
    },
}

/// What happens to the part of a file that has arrived when its download is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    /// It stays, and the download resumes from there (pause).
    Arrived,
    /// It is deleted (cancel).
    Nothing,
}

/// Where files can be listed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Place {
    /// `owner/repository` on the Hugging Face hub.
    HuggingFace(String),
    /// `owner/repository` on ModelScope.
    ModelScope(String),
    /// The address of a manifest that `qvm pack` wrote; the files are beside it.
    Manifest(String),
}

/// A model that should be in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// As people call it.
    pub title: String,
    /// Its entry in the catalogue, if it has one.
    pub entry: Option<String>,
    /// Text model (whole or split) and `mmproj`, in any order.
    pub files: Vec<Wanted>,
}

/// One file and where it can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its file name, for people.
    pub name: String,
    /// Addresses of the same file, best first.
    pub mirrors: Vec<String>,
    /// Its length, if known.
    pub n_bytes: Option<u64>,
    /// Of the whole file, 64 hexadecimal digits, if known.
    pub sha256: Option<String>,
}
