//! A benchmark run, from its first question to its last: how it is logged, where logs are kept, and the one driver that makes it.
//!
//! The same driver makes the runs of the page, of the command line and of the tests. It is handed two things: a [`RunStore`],
//! which keeps one log for each run, and whoever answers a question. It knows neither a model nor a browser nor a file system.
//!
//! ```text
//! Drive::next   question -> reply -> scored once -> appended to the log -> returned to the caller
//! ```

#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod difference;
mod drive;
mod error;
#[cfg(any(test, feature = "contract"))]
mod fixture;
mod kept;
pub mod log;
mod shard;
mod store;

pub use difference::difference;
pub use drive::{Drive, NoNext};
pub use error::RunError;
pub use kept::Runs;
pub use shard::{holds, n_held};
pub use store::{MemoryStore, RunStore};
