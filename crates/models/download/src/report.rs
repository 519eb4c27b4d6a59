use serde::{Deserialize, Serialize};

use crate::{ModelKey, OrderId, Wanted};

/// What the context that reaches the network reports to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// It runs and takes orders.
    Started,
    /// The files of a place.
    Listed {
        /// The order.
        id: OrderId,
        /// GGUF files, with addresses, lengths and hashes as far as the place gives them.
        files: Vec<Wanted>,
    },
    /// What hosts say about files.
    Looked {
        /// The order.
        id: OrderId,
        /// The files that were asked for, in the same order, with lengths and hashes as far as the hosts give them.
        files: Vec<Wanted>,
    },
    /// Another tab works on the same file; the order continues when that tab is done.
    Waiting {
        /// The order.
        id: OrderId,
    },
    /// Bytes of a file are in the store, or were checked there.
    Progress {
        /// The order.
        id: OrderId,
        /// Index of the file in the wish, or in the stored model.
        file: u32,
        /// Bytes that are in place.
        n_done: u64,
        /// Of how many; `None` until the host says it.
        n_total: Option<u64>,
        /// Bytes that came over the network for this file in this order.
        n_received: u64,
    },
    /// Something a person should know that does not end the order.
    Warned {
        /// The order.
        id: OrderId,
        /// As a sentence.
        warning: String,
    },
    /// A model is in the store, whole.
    Fetched {
        /// The order.
        id: OrderId,
        /// What it is.
        model: StoredModel,
        /// Bytes that came over the network.
        n_received: u64,
    },
    /// A stored model was read and mended.
    Checked {
        /// The order.
        id: OrderId,
        /// Chunks that were read.
        n_chunks: u32,
        /// Chunks that were damaged and are whole again.
        n_repaired: u32,
    },
    /// The order was ended by `Stop`.
    Stopped {
        /// The order.
        id: OrderId,
    },
    /// What the store holds.
    Inventory {
        /// The order.
        id: OrderId,
        /// Every model, whole or not, the latest used first.
        models: Vec<StoredModel>,
        /// Room in this browser.
        space: Space,
    },
    /// Models were deleted.
    Deleted {
        /// The order.
        id: OrderId,
        /// Bytes that are free again.
        n_freed: u64,
    },
    /// An order failed. What arrived stays, and the order can be repeated.
    Failed {
        /// The order.
        id: OrderId,
        /// Why, and what to do.
        trouble: Trouble,
    },
    /// A message came that is not an order. It was dropped.
    Refused {
        /// What was expected.
        why: String,
    },
}

/// A model in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredModel {
    /// Its name in the store.
    pub key: ModelKey,
    /// As people call it.
    pub title: String,
    /// Its entry in the catalogue, if it has one.
    pub entry: Option<String>,
    /// In the order of the wish.
    pub files: Vec<StoredFile>,
    /// When it was last used, otherwise when it was fetched: seconds since 1970, by this machine's clock.
    pub used_at_secs: f64,
}

/// One file of a stored model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Names it in the store.
    pub key: String,
    /// Its file name, for people.
    pub name: String,
    /// The addresses that it can be downloaded from.
    pub mirrors: Vec<String>,
    /// Bytes that are in place.
    pub n_done: u64,
    /// Its length, once the host has said it.
    pub n_total: Option<u64>,
    /// Of the whole file, if the wish had it; the store keeps what a host said.
    pub sha256: Option<String>,
    /// Every byte is in place, and verified as far as possible.
    pub is_whole: bool,
}

/// Room in this browser for this page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// Bytes in use, as the browser estimates them.
    pub used_bytes: Option<u64>,
    /// Bytes that may be in use.
    pub quota_bytes: Option<u64>,
}

/// An error a person can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What was found and what was expected.
    pub message: String,
    /// What to do.
    pub remedy: String,
}
