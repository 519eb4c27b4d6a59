//! `cargo xtask bench`.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::command;
use crate::{Layout, dist, setup};

/// Runs the benchmark, a program of the `tests` member. The page is built first where the browser takes part.
///
/// # Errors
/// Where there is no such program, or it fails.
pub fn run(layout: &Layout, arguments: &[String]) -> Result<()> {
    let source = layout.root().join("tests/src/bin/bench.rs");
    ensure!(source.is_file(), "there is no benchmark yet: {} does not exist", source.display());
    if needs_page(arguments) {
        let tools = setup::for_testing(layout)?;
        let turn = dist::Turn::wait(layout)?;
        dist::build(layout, &tools, &turn)?;
    }
    let mut bench = Command::new("cargo");
    bench.args(["run", "--quiet", "--release", "--package", "tests", "--bin", "bench", "--"]).args(arguments);
    command::run(bench.current_dir(layout.root()))
}

/// The names of parts are the arguments that are no options; none of them means all parts.
fn needs_page(arguments: &[String]) -> bool {
    let is_asked = |part| arguments.iter().any(|argument| argument == part);
    is_asked("bundled") || !(is_asked("whole") || is_asked("products") || is_asked("--help"))
}

#[cfg(test)]
mod tests {
    use super::needs_page;

    #[test]
    fn the_page_is_built_for_what_runs_in_it() {
        let needs = |line: &str| needs_page(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert!(needs("") && needs("--runs 3") && needs("whole bundled"));
        assert!(!needs("whole") && !needs("products --runs 3") && !needs("--help"));
    }
}
