//! A compiler for wasm32: rustup's, or where rustup cannot download, Debian's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::packages;
use crate::Layout;
use crate::command::{ask, path_with, run, which};

const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's own Rust: recent enough, and with the standard library's sources, but without a wasm32 build of it.
const DEBIAN_PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-clippy", "rust-web-src", "lld-22"];
const DEBIAN_BIN: &str = "/usr/bin";
const DEBIAN_LINKER: &str = "wasm-ld-22";
const DEBIAN_TARGET: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";

/// Which compiler builds for wasm32, and where the other tools are.
#[derive(Clone, Debug)]
pub struct WasmToolchain {
    rust: Rust,
    tools: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rust {
    /// The one that runs now.
    Current,
    /// Debian's, in `/usr/bin`.
    Debian,
}

impl WasmToolchain {
    /// Lets a command (cargo, Trunk) find this compiler and these tools first.
    ///
    /// # Errors
    /// Where a folder's name cannot stand in `PATH`.
    pub fn apply<'a>(&self, command: &'a mut Command) -> Result<&'a mut Command> {
        let mut folders = self.tools.iter().map(PathBuf::as_path).collect::<Vec<_>>();
        if self.rust == Rust::Debian {
            folders.push(Path::new(DEBIAN_BIN));
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
        }
        Ok(command.env("PATH", path_with(&folders)?))
    }
}

pub(super) fn set_up(layout: &Layout, tools: Vec<PathBuf>) -> Result<WasmToolchain> {
    let rust = if has_std(&current_target()) {
        Rust::Current
    } else if has_std(DEBIAN_TARGET.as_ref()) {
        Rust::Debian
    } else if add_by_rustup() {
        ensure!(has_std(&current_target()), "rustup added {TARGET}, but rustc does not find it");
        Rust::Current
    } else if packages::can_install() {
        build_debian_std(layout)?;
        Rust::Debian
    } else {
        bail!("Rust's target {TARGET} is missing: `rustup target add {TARGET}` installs it");
    };
    Ok(WasmToolchain { rust, tools })
}

fn current_target() -> PathBuf {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    ask(&mut rustc).map(PathBuf::from).unwrap_or_default()
}

fn has_std(folder: &Path) -> bool {
    rlibs(folder).is_ok_and(|files| files.iter().any(|file| name_starts(file, "libstd-")))
}

fn add_by_rustup() -> bool {
    if which("rustup").is_none() {
        return false;
    }
    println!("setup: rustup target add {TARGET}");
    run(Command::new("rustup").args(["target", "add", TARGET])).is_ok()
}

/// Builds the standard library for wasm32 from the sources that Debian ships, and puts it where its compiler looks.
fn build_debian_std(layout: &Layout) -> Result<()> {
    println!(
        "setup: rustup cannot download {TARGET}: taking Debian's Rust and building the target's library"
    );
    packages::install("a Rust with the standard library's sources", &DEBIAN_PACKAGES)?;
    let folder = layout.tools().join("wasm32-std");
    fs::create_dir_all(folder.join("src"))?;
    let manifest = "[package]\nname = \"only_std\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let mut cargo = Command::new(Path::new(DEBIAN_BIN).join("cargo"));
    cargo.args(["build", "--quiet", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,test"]);
    cargo.arg("--target-dir").arg(folder.join("target")).current_dir(&folder);
    // The one way to let a stable compiler build its own standard library.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
    run(cargo.env("PATH", path_with(&[Path::new(DEBIAN_BIN)])?))?;

    let built = rlibs(&folder.join("target").join(TARGET).join("release/deps"))?;
    let libraries = built.iter().filter(|file| !name_starts(file, "libonly_std"));
    let libraries = libraries.filter_map(|file| file.to_str()).collect::<Vec<_>>();
    packages::run_as_root(&["mkdir", "-p", DEBIAN_TARGET])?;
    packages::run_as_root(&[&["cp"], libraries.as_slice(), &[DEBIAN_TARGET]].concat())?;
    ensure!(
        has_std(DEBIAN_TARGET.as_ref()),
        "{DEBIAN_TARGET} has no standard library after its installation"
    );
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
}

fn rlibs(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
    let files = files.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
    Ok(files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "rlib"))
        .collect())
}

fn name_starts(file: &Path, start: &str) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start))
}
