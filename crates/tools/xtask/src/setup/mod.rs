//! Finds every tool, and installs the missing ones if it can. One file for each kind of tool.

mod binaryen;
mod browser;
mod cargo_tools;
mod packages;
mod wasm_target;

use std::path::PathBuf;

use anyhow::Result;

pub use browser::{Browser, find_chromium, find_firefox};
pub(crate) use cargo_tools::TEST_RUNNER;
pub use wasm_target::WasmToolchain;

use crate::Layout;

/// A variable that names the browsers which the specs must find, with commas between them: `chromium,firefox`.
pub const BROWSERS: &str = "QVM_BROWSERS";

/// What builds the page.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Compiles to wasm32.
    pub wasm: WasmToolchain,
    /// Makes a wasm module smaller.
    pub wasm_opt: PathBuf,
}

/// Sets up what `cargo xtask serve` needs: the wasm32 target and wasm-opt.
///
/// # Errors
/// Names the tool that is missing, and the command that installs it if this machine is not Debian or Ubuntu.
pub fn for_building(layout: &Layout) -> Result<Tools> {
    Ok(Tools { wasm_opt: binaryen::wasm_opt(layout)?, wasm: wasm_target::set_up(layout)? })
}

/// Sets up what else `cargo xtask test` needs: the runner of wasm tests, Chromium with its driver, a software Vulkan driver, and
/// Firefox with its driver if it can be had.
///
/// # Errors
/// As [`for_building`].
pub fn for_testing(layout: &Layout) -> Result<Tools> {
    let tools = for_building(layout)?;
    cargo_tools::test_runner(layout)?;
    browser::set_up_chromium()?;
    packages::software_vulkan()?;
    browser::set_up_firefox(layout)?;
    Ok(tools)
}
