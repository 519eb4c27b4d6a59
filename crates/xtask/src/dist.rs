//! The page as any static host serves it.

use std::process::Command;

use anyhow::Result;

use crate::Layout;
use crate::command::run;
use crate::setup::Tools;

/// Builds `dist/` with Trunk, in release, from the tools that setup found or made.
///
/// # Errors
/// Where Trunk fails; its own output says why.
pub fn build(layout: &Layout, tools: &Tools) -> Result<()> {
    let mut trunk = Command::new(layout.cargo_bin().join("trunk"));
    // Offline: Trunk would otherwise download tools of its own choice.
    trunk.args(["build", "--release", "--offline", "--locked"]).current_dir(layout.root());
    // Trunk reads NO_COLOR as a boolean and stops at any other value.
    trunk.env_remove("NO_COLOR");
    run(tools.wasm.apply(&mut trunk)?)
}
