//! The rules of `crates/README.md`, checked: who may depend on whom, which modules of a crate may name each other, and how long a
//! file may be. [`rules`] is the data. Every checker is also fed a workspace with faults.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

mod circles;
mod edges;
mod files;
mod policy;
mod rules;
mod used;

use std::path::{Path, PathBuf};

use anyhow::Result;
use tests::architecture::SourceFile;

fn root() -> Result<PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?)
}

fn sources() -> Result<Vec<SourceFile>> {
    SourceFile::all(&root()?, &["crates", "tests"], &["rs", "wgsl"])
}

/// A source file that is not on disk.
fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: PathBuf::from(path), text: text.to_owned() }
}

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}
