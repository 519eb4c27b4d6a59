//! Running other programs, with errors that say which one and what to do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs to the end with its output shown.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line_of(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs to the end and gives what it printed; `None` where it cannot be started or fails.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as a person would type it.
pub(crate) fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The first of the folders of `PATH` that holds an executable of this name.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// `PATH` with these folders before the others.
pub(crate) fn path_with(first: &[&Path]) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().map(|folder| folder.to_path_buf()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("a folder of tools has a name that PATH cannot hold")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let message = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err().to_string();
        assert!(message.contains("sh -c exit 3") && message.contains('3'), "{message}");
        let message = run(&mut Command::new("no-such-program-anywhere")).unwrap_err().to_string();
        assert!(message.contains("cannot start `no-such-program-anywhere`"), "{message}");
    }

    #[test]
    fn ask_tells_success_from_failure() {
        assert_eq!(ask(Command::new("echo").arg("hello")).as_deref(), Some("hello"));
        assert_eq!(ask(&mut Command::new("false")), None);
    }
}
