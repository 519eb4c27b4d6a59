use std::process::Command;

use anyhow::Result;

use super::{Ground, Step};
use crate::command::run;
use crate::{budget, dist, setup};

pub(super) const ALL: [Step; 8] = [
    Step { name: "formatting", run: formatting },
    Step { name: "clippy, native", run: clippy_native },
    Step { name: "native tests", run: native_tests },
    Step { name: "clippy, wasm32", run: clippy_wasm },
    Step { name: "wasm tests", run: wasm_tests },
    Step { name: "the page", run: |ground| dist::build(ground.layout, &ground.tools, &ground.turn) },
    Step { name: "wasm size budgets", run: |ground| budget::check(&ground.layout.dist()) },
    Step { name: "browser specs", run: browser_specs },
];

/// Every member except those that exist only in a browser. Of the page this is its state.
const NATIVE: [&str; 7] =
    ["--workspace", "--exclude", "worker", "--exclude", "downloader", "--exclude", "web"];
const WASM: [&str; 10] = [
    "--package",
    "app",
    "--package",
    "worker",
    "--package",
    "downloader",
    "--package",
    "web",
    "--target",
    "wasm32-unknown-unknown",
];
const DENY_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];

fn formatting(ground: &Ground<'_>) -> Result<()> {
    run(cargo(ground, "fmt").args(["--all", "--check"]))
}

fn clippy_native(ground: &Ground<'_>) -> Result<()> {
    run(cargo(ground, "clippy").args(NATIVE).arg("--all-targets").args(DENY_WARNINGS))?;
    // The specs are no test that `cargo test` runs by itself, so `--all-targets` leaves them out.
    run(cargo(ground, "clippy").args(["--package", "tests", "--test", "browser"]).args(DENY_WARNINGS))
}

fn native_tests(ground: &Ground<'_>) -> Result<()> {
    run(cargo(ground, "test").args(NATIVE))
}

fn clippy_wasm(ground: &Ground<'_>) -> Result<()> {
    run(ground
        .tools
        .wasm
        .apply(cargo(ground, "clippy").args(WASM).arg("--all-targets").args(DENY_WARNINGS))?)
}

/// What differs in a browser: its plumbing, the worker, the downloader, and whether the phantoms there are the same to the last bit.
const WASM_TESTS: [&[&str]; 4] = [
    &["--package", "web"],
    &["--package", "worker"],
    &["--package", "downloader"],
    &["--package", "phantoms", "--test", "deterministic"],
];

/// In Node.js, or in headless Chromium if tests ask for a browser (`webdriver.json` beside each crate's manifest has its flags).
fn wasm_tests(ground: &Ground<'_>) -> Result<()> {
    let browser = setup::find_chromium()?;
    for which in WASM_TESTS {
        let mut test = cargo(ground, "test");
        test.args(which).args(["--target", "wasm32-unknown-unknown"]);
        test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &ground.tools.test_runner);
        // Thirteen formats on a software adapter; without it a run that hangs would end after 20 seconds.
        test.env("WASM_BINDGEN_TEST_TIMEOUT", "900");
        run(ground.tools.wasm.apply(test.env("CHROMEDRIVER", &browser.driver))?)?;
    }
    Ok(())
}

fn browser_specs(ground: &Ground<'_>) -> Result<()> {
    // Setup has seen to these: without one its specs must fail, not be skipped.
    let firefox = setup::find_firefox(ground.layout).is_ok().then_some("firefox");
    let browsers = ["chromium"].into_iter().chain(firefox).collect::<Vec<_>>().join(",");
    let mut test = cargo(ground, "test");
    test.args(["--package", "tests", "--test", "browser"]).env(setup::BROWSERS, browsers);
    // Each error says what was waited for; a backtrace through the async runtime says nothing more.
    run(test.env("RUST_LIB_BACKTRACE", "0"))
}

fn cargo(ground: &Ground<'_>, subcommand: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.arg(subcommand).current_dir(ground.layout.root());
    // rustfmt's front end does not know the option.
    if subcommand != "fmt" {
        cargo.arg("--locked");
    }
    cargo
}
