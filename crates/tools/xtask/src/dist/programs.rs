//! The three programs of the page: compiled, given their JavaScript, optimised.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::Layout;
use crate::command::{ask, run};
use crate::setup::Tools;

/// Each is a member of the workspace; `web/boot.js` and the programs themselves start them by these names.
pub(super) const NAMES: [&str; 3] = ["app", "worker", "downloader"];

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "web";

/// How hard wasm-opt tries. The compiler has optimised already: higher levels take up to five times as long, and what they make is
/// larger in brotli (`tests/benchmark.md`).
const LEVEL: &str = "-O1";

/// Builds `NAME.js` and `NAME_bg.wasm` of each program into a folder.
pub(super) fn build(layout: &Layout, tools: &Tools, to: &Path) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--profile", PROFILE, "--target", TARGET]).current_dir(layout.root());
    // All at once: what they share is compiled once, with the same features.
    for name in NAMES {
        cargo.args(["--package", name]);
    }
    run(tools.wasm.apply(&mut cargo)?)?;
    let compiled = target_folder(layout)?.join(TARGET).join(PROFILE);
    let kept = compiled.join("optimised");
    fs::create_dir_all(&kept)?;
    thread::scope(|scope| {
        let (compiled, kept) = (&compiled, &kept);
        let finish = |name| scope.spawn(move || finish(name, compiled, kept, tools, to));
        let finished = NAMES.map(finish).map(|program| {
            program.join().unwrap_or_else(|_| Err(anyhow!("the thread that finished a program died")))
        });
        finished.into_iter().collect()
    })
}

/// Where cargo puts what it builds for this checkout.
fn target_folder(layout: &Layout) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(layout.root());
    let said = ask(&mut cargo).context("`cargo metadata` failed")?;
    let metadata: Value = serde_json::from_str(&said)?;
    let folder =
        metadata["target_directory"].as_str().context("`cargo metadata` names no target directory")?;
    Ok(PathBuf::from(folder))
}

/// Gives a compiled program its JavaScript, and optimises it unless `kept` has that from the last time.
fn finish(name: &str, compiled: &Path, kept: &Path, tools: &Tools, to: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled.join(format!("{name}.wasm"))).web(true)?.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(to).with_context(|| format!("wasm-bindgen failed on {name}"))?;
    let module = to.join(format!("{name}_bg.wasm"));
    let optimised = kept.join(format!("{name}{LEVEL}.wasm"));
    remake(&module, &kept.join(format!("{name}.wasm")), &optimised, || {
        run(Command::new(&tools.wasm_opt).arg(LEVEL).arg(&module).arg("-o").arg(&optimised))
    })?;
    fs::copy(&optimised, &module).with_context(|| format!("cannot copy {}", optimised.display()))?;
    Ok(())
}

/// Has `made` be made from `input`, unless it was made from the same bytes before, which `seen` keeps.
fn remake(input: &Path, seen: &Path, made: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let bytes = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    if made.is_file() && fs::read(seen).is_ok_and(|seen| seen == bytes) {
        return Ok(());
    }
    // While it is made it belongs to nothing: this may be interrupted.
    fs::write(seen, [])?;
    make()?;
    Ok(fs::write(seen, &bytes)?)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_program_is_optimised_again_only_if_it_changed_or_the_last_time_failed() {
        let folder = tempfile::tempdir().unwrap();
        let [input, seen, made] = ["input", "seen", "made"].map(|name| folder.path().join(name));
        let times = std::cell::Cell::new(0);
        let make = || {
            times.set(times.get() + 1);
            Ok(fs::write(&made, fs::read(&input)?)?)
        };
        fs::write(&input, "one").unwrap();
        remake(&input, &seen, &made, make).unwrap();
        remake(&input, &seen, &made, make).unwrap();
        assert_eq!((times.get(), fs::read(&made).unwrap()), (1, b"one".to_vec()));
        fs::write(&input, "two").unwrap();
        remake(&input, &seen, &made, || bail!("interrupted")).unwrap_err();
        fs::write(&input, "one").unwrap();
        remake(&input, &seen, &made, make).unwrap();
        assert_eq!(times.get(), 2);
        fs::remove_file(&made).unwrap();
        remake(&input, &seen, &made, make).unwrap();
        assert_eq!(times.get(), 3);
    }
}
