//! The results of the reference implementation, and how ours are compared with them.

mod case;
mod compare;
mod quiet_host;
mod run;

pub use case::{Case, Described, cases_in};
pub use compare::{Tolerance, assert_close, assert_same, greatest_difference};
pub use quiet_host::QuietHost;
pub use run::{files_of, load, trace};

use std::path::{Path, PathBuf};

/// `tests/golden`.
pub fn golden_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// A larger set of the same kind, if there is one beside the checkout.
pub fn extra_golden_dir() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/golden");
    dir.is_dir().then_some(dir)
}
