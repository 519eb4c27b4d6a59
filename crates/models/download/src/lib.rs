//! From an address to a verified file in the store.
//!
//! The context that reaches the network never sees an image: it takes [`Order`]s and sends [`Report`]s, and neither has room for
//! anything else. [`Keeper`] executes the orders, over any [`Network`] and any [`Shelf`] that keeps files. Readers find the files
//! by the names that are defined here, and check every chunk against its [`Ledger`].

mod address;
mod fetch;
mod hub;
mod identity;
mod keeper;
mod ledger;
mod manifest;
mod names;
mod network;
mod order;
mod report;
mod shelf;
mod stop;
mod trouble;

pub use fetch::{Judge, Settings};
pub use hub::PlaceError;
pub use identity::{Validator, file_key, model_key};
pub use keeper::Keeper;
pub use ledger::{CHUNK_BYTES, Damaged, Ledger, LedgerError};
pub use manifest::{FileManifest, MANIFEST_NAME, ManifestError, PairFile, PairManifest};
pub use names::{FOLDER, data_name, ledger_name, lock_name, manifest_name, model_name};
pub use network::{Body, ByteRange, Headers, Network, NetworkError, Request, Response};
pub use order::{Keep, ModelKey, Order, OrderId, Place, Wanted, Wish};
pub use report::{Report, Space, StoredFile, StoredModel, Trouble};
pub use shelf::{Locks, Shelf, ShelfError, ShelfFile};
pub use trouble::size;
