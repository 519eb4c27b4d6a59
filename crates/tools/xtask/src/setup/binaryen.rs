//! wasm-opt, from npm's binaryen: distributions' own are too old for the features that wasm has by default today.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use super::packages;
use crate::Layout;
use crate::command::{ask, run, which};

/// Binaryen numbers its releases.
const RELEASE: &str = "132";

/// The folder that holds `wasm-opt`.
pub(super) fn wasm_opt(layout: &Layout) -> Result<PathBuf> {
    let folder = layout.binaryen().join("node_modules/.bin");
    let is_right = || {
        let said = ask(Command::new(folder.join("wasm-opt")).arg("--version"));
        said.is_some_and(|said| said.split_whitespace().any(|word| word == RELEASE))
    };
    if which("node").is_some() && is_right() {
        return Ok(folder);
    }
    if which("npm").is_none() {
        if !packages::can_install() {
            bail!(
                "npm is missing (wasm-opt comes from its package binaryen): install Node.js 20 or later with npm"
            );
        }
        packages::install("npm", &["npm"])?;
    }
    println!("setup: binaryen {RELEASE}");
    fs::create_dir_all(layout.binaryen())?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(layout.binaryen());
    run(npm.arg(format!("binaryen@{RELEASE}")).current_dir(layout.binaryen()))?;
    ensure!(
        is_right(),
        "{} is not wasm-opt {RELEASE} after its installation",
        folder.join("wasm-opt").display()
    );
    Ok(folder)
}
