//! The page as any static host serves it.

mod catalogue;
mod documents;
mod weights;

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::Layout;
use crate::command::run;
use crate::setup::Tools;

pub use weights::check_weights;

/// The right to build and to read `dist/` of a checkout, which only one command has at a time: Trunk empties its folders
/// under the feet of another Trunk, and of a browser that loads the page. Given back when dropped.
pub struct Turn {
    _lock: File,
}

impl Turn {
    /// Waits until no other command of this checkout has it.
    ///
    /// # Errors
    /// Where the lock file cannot be made.
    pub fn wait(layout: &Layout) -> Result<Self> {
        let folder = layout.root().join("target");
        fs::create_dir_all(&folder)?;
        let path = folder.join("dist.lock");
        let lock = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            println!("waiting for another `cargo xtask` in this checkout");
            lock.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        }
        Ok(Self { _lock: lock })
    }
}

/// Builds `dist/` with Trunk, in release, from the tools that setup found or made.
///
/// # Errors
/// Where Trunk fails, its own output says why; else as [`ensure_complete`].
pub fn build(layout: &Layout, tools: &Tools, _turn: &Turn) -> Result<()> {
    let mut trunk = Command::new(layout.cargo_bin().join("trunk"));
    // Offline: Trunk would otherwise download tools of its own choice.
    trunk.args(["build", "--release", "--offline", "--locked"]).current_dir(layout.root());
    // Trunk reads NO_COLOR as a boolean and stops at any other value.
    trunk.env_remove("NO_COLOR");
    run(tools.wasm.apply(&mut trunk)?)?;
    ensure_complete(layout)?;
    // Trunk keeps nothing in `dist/` that it did not make, so they are there only where index.html names them.
    let weights = layout.dist().join("weights");
    if weights.is_dir() { check_weights(&weights) } else { Ok(()) }
}

/// That what lies in `dist/` is the whole page: every program with its module, both documents with their policies, and the files
/// that the catalogue promises.
///
/// # Errors
/// Names what is missing or other than expected, and what to do.
pub fn ensure_complete(layout: &Layout) -> Result<()> {
    let dist = layout.dist();
    ensure_parts(&dist)?;
    documents::check(&dist)?;
    catalogue::check(&dist)
}

/// Every file that a program of the page starts from.
fn ensure_parts(dist: &Path) -> Result<()> {
    const PARTS: [&str; 11] = [
        "index.html",
        "boot.js",
        "app.js",
        "app_bg.wasm",
        "worker.js",
        "worker_bg.wasm",
        "download.html",
        "download.js",
        "downloader.js",
        "downloader_bg.wasm",
        "models.json",
    ];
    let missing = PARTS.iter().filter(|part| !dist.join(part).is_file()).collect::<Vec<_>>();
    ensure!(missing.is_empty(), "{} lacks {missing:?}: run `cargo xtask dist`", dist.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_missing_is_named() {
        let dist = tempfile::tempdir().unwrap();
        for part in ["index.html", "boot.js", "app.js", "app_bg.wasm", "worker.js", "worker_bg.wasm"] {
            fs::write(dist.path().join(part), "").unwrap();
        }
        for part in ["download.html", "download.js", "downloader.js", "models.json"] {
            fs::write(dist.path().join(part), "").unwrap();
        }
        let message = ensure_parts(dist.path()).unwrap_err().to_string();
        assert!(message.contains("lacks [\"downloader_bg.wasm\"]"), "{message}");
        fs::write(dist.path().join("downloader_bg.wasm"), "").unwrap();
        ensure_parts(dist.path()).unwrap();
    }
}
