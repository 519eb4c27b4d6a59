//! The page as any static host serves it.

mod catalogue;
mod documents;
mod programs;
mod weights;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::Layout;
use crate::setup::Tools;

pub use weights::check_weights;

/// Files of `web/` that belong to the page.
const FILES: [&str; 9] = [
    "_headers",
    "benchmark.css",
    "boot.js",
    "download.html",
    "download.js",
    "icon.svg",
    "models.css",
    "models.json",
    "style.css",
];
/// Folders of `web/` that belong to the page with everything in them.
const FOLDERS: [&str; 2] = ["examples", "models"];

/// The right to build and to read `dist/` of a checkout, which only one command has at a time: a build replaces the files that
/// another command, or its browser, may be reading. Given back when dropped.
pub struct Turn {
    _lock: File,
}

impl Turn {
    /// Waits until no other command of this checkout has it.
    ///
    /// # Errors
    /// If the lock file cannot be made.
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

/// Builds `dist/`: the programs, optimised, and the files of `web/`. A build that fails leaves the last `dist/` as it is.
///
/// # Errors
/// If a compiler or a tool fails, its own output says why; otherwise as [`ensure_complete`].
pub fn build(layout: &Layout, tools: &Tools, _turn: &Turn) -> Result<()> {
    let web = layout.root().join("web");
    let new = layout.root().join("dist.new");
    empty(&new)?;
    programs::build(layout, tools, &new)?;
    copy(&layout.root().join("index.html"), &new.join("index.html"))?;
    for name in FILES.iter().chain(&FOLDERS) {
        copy(&web.join(name), &new.join(name))?;
    }
    ensure_whole(&new)?;
    let dist = layout.dist();
    empty(&dist)?;
    fs::remove_dir(&dist)?;
    fs::rename(&new, &dist).with_context(|| format!("cannot rename {} to {}", new.display(), dist.display()))
}

/// Checks that `dist/` has the whole page: every program with its module, both documents with their policies, and the files that the
/// catalogue promises.
///
/// # Errors
/// Names what is missing or wrong, and what to do.
pub fn ensure_complete(layout: &Layout) -> Result<()> {
    ensure_whole(&layout.dist())
}

fn ensure_whole(dist: &Path) -> Result<()> {
    ensure_parts(dist)?;
    documents::check(dist)?;
    catalogue::check(dist)
}

fn ensure_parts(dist: &Path) -> Result<()> {
    let programs = programs::NAMES.iter().flat_map(|name| [format!("{name}.js"), format!("{name}_bg.wasm")]);
    let parts = FILES.iter().chain(&["index.html"]).map(|file| (*file).to_owned()).chain(programs);
    let missing = parts.filter(|part| !dist.join(part).is_file()).collect::<Vec<_>>();
    ensure!(missing.is_empty(), "{} lacks {missing:?}: run `cargo xtask dist`", dist.display());
    Ok(())
}

/// Makes a folder that holds nothing.
fn empty(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot empty {}", folder.display()));
        }
        _ => {}
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).with_context(|| format!("cannot copy {}", from.display()));
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_missing_is_named() {
        let dist = tempfile::tempdir().unwrap();
        for part in FILES {
            fs::write(dist.path().join(part), "").unwrap();
        }
        for part in ["index.html", "app.js", "app_bg.wasm", "worker.js", "worker_bg.wasm", "downloader.js"] {
            fs::write(dist.path().join(part), "").unwrap();
        }
        let message = ensure_parts(dist.path()).unwrap_err().to_string();
        assert!(message.contains("lacks [\"downloader_bg.wasm\"]"), "{message}");
        fs::write(dist.path().join("downloader_bg.wasm"), "").unwrap();
        ensure_parts(dist.path()).unwrap();
    }

    #[test]
    fn everything_that_is_copied_is_in_the_checkout() {
        let web = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../web"));
        let to = tempfile::tempdir().unwrap();
        for name in FILES.iter().chain(&FOLDERS) {
            copy(&web.join(name), &to.path().join(name)).unwrap();
        }
        assert!(to.path().join("examples").read_dir().unwrap().count() > 3);
        assert!(copy(&web.join("absent"), &to.path().join("absent")).is_err());
        empty(to.path()).unwrap();
        assert_eq!(to.path().read_dir().unwrap().count(), 0);
    }
}
