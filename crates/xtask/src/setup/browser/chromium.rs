//! A browser and its driver.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::packages;
use crate::command::{ask, which};

/// Chromium and the ChromeDriver of the same version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// The browser's program.
    pub browser: PathBuf,
    /// The driver's program.
    pub driver: PathBuf,
}

/// Looks for Chromium (or Chrome) and its driver on `PATH`.
///
/// # Errors
/// Names the one that is missing, or both where their versions differ: the driver refuses any other browser.
pub fn find() -> Result<Browser> {
    let browser = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| which(name));
    let browser = browser.context("no browser: neither chromium nor google-chrome is on PATH")?;
    let driver = which("chromedriver").context("no browser driver: chromedriver is not on PATH")?;
    let (browser_says, driver_says) = (version_of(&browser)?, version_of(&driver)?);
    ensure!(
        major(&browser_says) == major(&driver_says),
        "{} is of version {browser_says:?}, {} of {driver_says:?}: they must be of one version",
        browser.display(),
        driver.display()
    );
    Ok(Browser { browser, driver })
}

pub(super) fn set_up() -> Result<()> {
    let Err(missing) = find() else { return Ok(()) };
    packages::install(&format!("{missing:#}: Chromium with its driver"), &["chromium", "chromium-driver"])?;
    find().map(drop)
}

fn version_of(program: &PathBuf) -> Result<String> {
    ask(Command::new(program).arg("--version")).with_context(|| format!("{} does not run", program.display()))
}

/// `Chromium 156.0.8078.79 built on Debian` -> `156`.
fn major(said: &str) -> Option<&str> {
    let version = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_first_number() {
        assert_eq!(major("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"), Some("156"));
        assert_eq!(major("ChromeDriver 156.0.8078.1 (a21ce95-refs/branch-heads/8078@{#1704})"), Some("156"));
        assert_ne!(major("ChromeDriver 155.0.1.1"), major("Chromium 156.0.1.1"));
        assert_eq!(major("nothing"), None);
    }
}
