use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where things are: the checkout, and the cache outside it.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
    cache: PathBuf,
}

impl Layout {
    /// The checkout that the running command was started from, and `$QVM_CACHE` or `~/.cache/qwen2-vl-med`.
    ///
    /// # Errors
    /// Where the checkout is gone, or neither `QVM_CACHE` nor `HOME` is set.
    pub fn find() -> Result<Self> {
        // Cargo says at run time which checkout it runs. The compiled-in path may be another one's: a target
        // directory in the cache is shared by all of them.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file())
            .with_context(|| format!("{} lies in no workspace (no Cargo.lock above it)", manifest.display()))?
            .to_path_buf();
        let cache = match std::env::var_os("QVM_CACHE") {
            Some(folder) => std::path::absolute(PathBuf::from(folder))?,
            None => {
                let home = std::env::var_os("HOME")
                    .context("HOME is not set: set QVM_CACHE to a folder that tools may be kept in")?;
                PathBuf::from(home).join(".cache/qwen2-vl-med")
            }
        };
        Ok(Self { root, cache })
    }

    /// The checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What Trunk builds.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Tools that are kept from run to run.
    pub fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// Tools that `cargo install` built.
    pub fn cargo_bin(&self) -> PathBuf {
        self.tools().join("bin")
    }

    /// Binaryen, as npm lays it out.
    pub fn binaryen(&self) -> PathBuf {
        self.tools().join("binaryen")
    }

    /// A pair of random weights in the 7B's shapes, for `cargo xtask soak`.
    pub fn soak_pair(&self) -> PathBuf {
        self.cache.join("soak-7b")
    }

    /// Pictures that the browser specs take.
    pub fn screenshots(&self) -> PathBuf {
        self.cache.join("screenshots")
    }
}
