//! `cargo xtask soak`: what takes gigabytes and minutes, and is therefore no part of `cargo xtask test`.

use std::process::Command;

use anyhow::Result;

use crate::command::run;
use crate::{Layout, dist, setup};

/// Writes a pair of random weights in the 7B's shapes, unless it is there, and has it downloaded, cut off, damaged, mended and
/// opened in Chromium. About 5.5 GB on disk, and as much again in the browser's profile while it runs.
///
/// # Errors
/// What the spec found, or the tool that could not be had.
pub fn soak(layout: &Layout) -> Result<()> {
    let tools = setup::for_testing(layout)?;
    let pair = layout.soak_pair();
    if !pair.join("mmproj.gguf").is_file() {
        let mut synth = Command::new("cargo");
        synth.args(["run", "--locked", "--quiet", "--release", "--package", "qvm", "--"]);
        synth.args(["synth", "--model", "7b", "--out"]).arg(&pair);
        run(synth.current_dir(layout.root()))?;
    }
    let turn = dist::Turn::wait(layout)?;
    dist::build(layout, &tools, &turn)?;
    let mut specs = Command::new("cargo");
    specs.args([
        "test",
        "--locked",
        "--package",
        "tests",
        "--test",
        "browser",
        "--",
        "--nocapture",
        "soak::",
    ]);
    specs.env("QVM_SOAK_PAIR", &pair).env("QVM_PATIENCE_SECS", "3600").env(setup::BROWSERS, "chromium");
    run(specs.current_dir(layout.root()))
}
