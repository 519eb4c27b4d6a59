//! `cargo xtask bench`.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::command;
use crate::{Layout, dist, setup};

/// Builds the page and runs the benchmark, a program of the `tests` member.
///
/// # Errors
/// Where there is no such program, or it fails.
pub fn run(layout: &Layout, arguments: &[String]) -> Result<()> {
    let source = layout.root().join("tests/src/bin/bench.rs");
    ensure!(source.is_file(), "there is no benchmark yet: {} does not exist", source.display());
    let tools = setup::for_testing(layout)?;
    let turn = dist::Turn::wait(layout)?;
    dist::build(layout, &tools, &turn)?;
    let mut bench = Command::new("cargo");
    bench.args(["run", "--quiet", "--release", "--package", "tests", "--bin", "bench", "--"]).args(arguments);
    command::run(bench.current_dir(layout.root()))
}
