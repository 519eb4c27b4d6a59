//! Tools that `cargo install` builds into the cache.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::Layout;
use crate::command::{ask, run};

const TRUNK: &str = "0.21.14";

/// The driver of Firefox, which distributions do not package.
pub(super) const GECKODRIVER: &str = "geckodriver";
const GECKODRIVER_VERSION: &str = "0.37.1";

/// Trunk, of exactly the version that the build was tried with.
pub(super) fn trunk(layout: &Layout) -> Result<()> {
    // No TLS beyond rustls: Trunk never downloads here, and OpenSSL's headers may be missing.
    let options = ["--locked", "--no-default-features", "--features", "rustls"];
    Tool { package: "trunk", programs: &["trunk"], version: TRUNK, options: &options }.set_up(layout)
}

/// wasm-bindgen's command line tools, of exactly the version of the crate: the two speak a private format.
pub(super) fn wasm_bindgen(layout: &Layout) -> Result<()> {
    let manifest = layout.root().join("Cargo.toml");
    let text =
        fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let version = pinned_wasm_bindgen(&text).with_context(|| {
        format!("{} pins no wasm-bindgen: expected a line `wasm-bindgen = \"=x.y.z\"`", manifest.display())
    })?;
    let programs = ["wasm-bindgen", "wasm-bindgen-test-runner"];
    // Not `--locked`: the lock file of that package names versions that registries may lag behind on.
    Tool { package: "wasm-bindgen-cli", programs: &programs, version: &version, options: &[] }.set_up(layout)
}

/// geckodriver, which drives the Firefox of this year and of some before.
pub(super) fn geckodriver(layout: &Layout) -> Result<()> {
    let version = GECKODRIVER_VERSION;
    Tool { package: GECKODRIVER, programs: &[GECKODRIVER], version, options: &["--locked"] }.set_up(layout)
}

struct Tool<'a> {
    package: &'a str,
    programs: &'a [&'a str],
    version: &'a str,
    options: &'a [&'a str],
}

impl Tool<'_> {
    fn set_up(&self, layout: &Layout) -> Result<()> {
        let bin = layout.cargo_bin();
        if self.is_right(&bin) {
            return Ok(());
        }
        println!("setup: {} {} (once; some minutes)", self.package, self.version);
        let build = layout.tools().join("build");
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "--quiet", "--force"]).arg(format!("{}@{}", self.package, self.version));
        cargo.args(self.options).arg("--root").arg(layout.tools()).arg("--target-dir").arg(&build);
        // Most of the time would go into optimising programs that run for seconds.
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        // Away from the checkout, whose `.cargo/config.toml` is about the page.
        fs::create_dir_all(layout.tools())?;
        run(cargo.current_dir(layout.tools()))?;
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
        let found = self.version_in(&bin, self.package.trim_end_matches("-cli"));
        ensure!(
            self.is_right(&bin),
            "cargo installed {} into {}, but it says {found:?} where {} was expected",
            self.package,
            bin.display(),
            self.version
        );
        Ok(())
    }

    fn is_right(&self, bin: &Path) -> bool {
        self.programs.iter().all(|program| self.version_in(bin, program).as_deref() == Some(self.version))
    }

    fn version_in(&self, bin: &Path, program: &str) -> Option<String> {
        let said = ask(Command::new(bin.join(program)).arg("--version").env_remove("NO_COLOR"))?;
        version_word(&said)
    }
}

/// `trunk 0.21.14` says `0.21.14`; so does `wasm-bindgen 0.2.130 (abcdef)` say `0.2.130`.
fn version_word(said: &str) -> Option<String> {
    said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

/// `x.y.z` where the manifest's workspace dependencies say `wasm-bindgen = "=x.y.z"`.
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
        assert_eq!(version_word("trunk 0.21.14").as_deref(), Some("0.21.14"));
        assert_eq!(version_word("wasm-bindgen 0.2.130 (8f2f5a1e0 2026-01-01)").as_deref(), Some("0.2.130"));
        assert_eq!(version_word("no version here"), None);
    }
}
