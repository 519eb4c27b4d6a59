//! Finds every tool, and installs the missing ones where it can. One file per family of tools.

mod binaryen;
mod browser;
mod cargo_tools;
mod packages;
mod wasm_target;

use std::path::PathBuf;

use anyhow::Result;

pub use browser::{Browser, find_chromium, find_firefox};
pub use wasm_target::WasmToolchain;

use crate::Layout;

/// Names, for the browser specs, the browsers that must be there, with commas between them: `chromium,firefox`.
pub const BROWSERS: &str = "QVM_BROWSERS";

/// What builds the page.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Compiles to wasm32 and finds the other tools.
    pub wasm: WasmToolchain,
    /// Runs wasm tests.
    pub test_runner: PathBuf,
}

/// Sets up what `cargo xtask serve` needs: the wasm32 target, Trunk, wasm-bindgen, wasm-opt.
///
/// # Errors
/// Names the tool that is missing, and the command that installs it where this machine is not Debian or Ubuntu.
pub fn for_building(layout: &Layout) -> Result<Tools> {
    cargo_tools::trunk(layout)?;
    cargo_tools::wasm_bindgen(layout)?;
    let wasm_opt = binaryen::wasm_opt(layout)?;
    let wasm = wasm_target::set_up(layout, vec![layout.cargo_bin(), wasm_opt])?;
    Ok(Tools { wasm, test_runner: layout.cargo_bin().join("wasm-bindgen-test-runner") })
}

/// Sets up what `cargo xtask test` needs beyond that: Chromium with its driver, a software Vulkan driver, and Firefox with
/// its driver where it can be had.
///
/// # Errors
/// As [`for_building`].
pub fn for_testing(layout: &Layout) -> Result<Tools> {
    let tools = for_building(layout)?;
    browser::set_up_chromium()?;
    packages::software_vulkan()?;
    browser::set_up_firefox(layout)?;
    Ok(tools)
}
