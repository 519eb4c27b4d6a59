//! Tools that `cargo install` builds into the cache.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::Layout;
use crate::command::{ask, run};

/// Runs wasm tests.
pub(crate) const TEST_RUNNER: &str = "wasm-bindgen-test-runner";

/// The driver of Firefox, which distributions do not package.
pub(super) const GECKODRIVER: &str = "geckodriver";
const GECKODRIVER_VERSION: &str = "0.37.1";

/// The runner of wasm tests, of exactly the version of the crate wasm-bindgen: the two speak a private format.
pub(super) fn test_runner(layout: &Layout) -> Result<()> {
    let manifest = layout.root().join("Cargo.toml");
    let text =
        fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let version = pinned_wasm_bindgen(&text).with_context(|| {
        format!("{} pins no wasm-bindgen: expected a line `wasm-bindgen = \"=x.y.z\"`", manifest.display())
    })?;
    // Not `--locked`: its lock file names versions that a mirror of the registry may not have yet. No TLS: it only talks to drivers of
    // browsers on this machine.
    let options = ["--no-default-features", "--bin", TEST_RUNNER];
    Tool { package: "wasm-bindgen-cli", program: TEST_RUNNER, version: &version, options: &options }
        .set_up(layout)
}

/// geckodriver, which drives this year's Firefox and older ones.
pub(super) fn geckodriver(layout: &Layout) -> Result<()> {
    let version = GECKODRIVER_VERSION;
    Tool { package: GECKODRIVER, program: GECKODRIVER, version, options: &["--locked"] }.set_up(layout)
}

struct Tool<'a> {
    package: &'a str,
    program: &'a str,
    version: &'a str,
    options: &'a [&'a str],
}

impl Tool<'_> {
    fn set_up(&self, layout: &Layout) -> Result<()> {
        let bin = layout.cargo_bin();
        if self.version_in(&bin).as_deref() == Some(self.version) {
            return Ok(());
        }
        println!("setup: {} {} (once; some minutes)", self.package, self.version);
        let build = layout.tools().join("build");
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--quiet", "--force"]).arg(format!("{}@{}", self.package, self.version));
        cargo.args(self.options).arg("--root").arg(layout.tools()).arg("--target-dir").arg(&build);
        // Otherwise most of the time would go into link-time optimisation of programs that run for seconds.
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        // Away from the checkout, whose `.cargo/config.toml` is about the page.
        fs::create_dir_all(layout.tools())?;
        run(cargo.current_dir(layout.tools()))?;
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
        let found = self.version_in(&bin);
        ensure!(
            found.as_deref() == Some(self.version),
            "cargo installed {} into {}, but it says {found:?} instead of {}",
            self.program,
            bin.display(),
            self.version
        );
        Ok(())
    }

    fn version_in(&self, bin: &Path) -> Option<String> {
        version_word(&ask(Command::new(bin.join(self.program)).arg("--version"))?)
    }
}

/// `0.2.130` of `wasm-bindgen-test-runner 0.2.130 (abcdef)`.
fn version_word(said: &str) -> Option<String> {
    said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

/// `x.y.z` if the manifest's workspace dependencies say `wasm-bindgen = "=x.y.z"`.
fn pinned_wasm_bindgen(manifest: &str) -> Option<String> {
    let manifest: toml::Table = manifest.parse().ok()?;
    let requirement = manifest.get("workspace")?.get("dependencies")?.get("wasm-bindgen")?.as_str()?;
    requirement.strip_prefix('=').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pin_is_read_and_a_range_is_no_pin() {
        let manifest = |requirement| format!("[workspace.dependencies]\nwasm-bindgen = \"{requirement}\"\n");
        assert_eq!(pinned_wasm_bindgen(&manifest("=0.2.130")).as_deref(), Some("0.2.130"));
        assert_eq!(pinned_wasm_bindgen(&manifest("0.2.130")), None);
        assert_eq!(pinned_wasm_bindgen("[workspace]\n"), None);
    }

    #[test]
    fn the_version_is_what_follows_the_name() {
        assert_eq!(version_word("geckodriver 0.37.1").as_deref(), Some("0.37.1"));
        assert_eq!(version_word("wasm-bindgen 0.2.130 (8f2f5a1e0 2026-01-01)").as_deref(), Some("0.2.130"));
        assert_eq!(version_word("no version here"), None);
    }
}
