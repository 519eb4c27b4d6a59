//! The page as any static host serves it.

use std::fs::{self, File, TryLockError};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::Layout;
use crate::command::run;
use crate::setup::Tools;

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
/// Where Trunk fails; its own output says why.
pub fn build(layout: &Layout, tools: &Tools, _turn: &Turn) -> Result<()> {
    let mut trunk = Command::new(layout.cargo_bin().join("trunk"));
    // Offline: Trunk would otherwise download tools of its own choice.
    trunk.args(["build", "--release", "--offline", "--locked"]).current_dir(layout.root());
    // Trunk reads NO_COLOR as a boolean and stops at any other value.
    trunk.env_remove("NO_COLOR");
    run(tools.wasm.apply(&mut trunk)?)?;
    ensure_complete(layout)
}

/// That both programs of the page are there, each with its module.
///
/// # Errors
/// Names what is missing, and the command that builds it.
pub fn ensure_complete(layout: &Layout) -> Result<()> {
    let parts = ["index.html", "app.js", "app_bg.wasm", "worker.js", "worker_bg.wasm"];
    let missing = parts.iter().filter(|part| !layout.dist().join(part).is_file()).collect::<Vec<_>>();
    ensure!(missing.is_empty(), "{} lacks {missing:?}: run `cargo xtask dist`", layout.dist().display());
    Ok(())
}
