//! The browsers that the specs run in, each with its driver.

mod chromium;
mod firefox;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

pub use chromium::find as find_chromium;
pub(super) use chromium::set_up as set_up_chromium;
pub use firefox::find as find_firefox;
pub(super) use firefox::set_up as set_up_firefox;

use crate::command::ask;

/// A browser and the driver that steers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// The browser's program.
    pub browser: PathBuf,
    /// The driver's program.
    pub driver: PathBuf,
}

fn version_of(program: &Path) -> Result<String> {
    ask(Command::new(program).arg("--version")).with_context(|| format!("{} does not run", program.display()))
}

/// `Chromium 156.0.8078.79 built on Debian` -> `156`.
fn major(said: &str) -> Option<u32> {
    let version = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_first_number() {
        assert_eq!(major("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"), Some(156));
        assert_eq!(major("ChromeDriver 156.0.8078.1 (a21ce95-refs/branch-heads/8078@{#1704})"), Some(156));
        assert_eq!(major("Mozilla Firefox 153.7.0esr"), Some(153));
        assert_eq!(major("nothing"), None);
    }
}
