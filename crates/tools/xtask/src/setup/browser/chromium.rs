use anyhow::{Context, Result, ensure};

use super::{Browser, major, version_of};
use crate::command::which;
use crate::setup::packages;

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

pub(in crate::setup) fn set_up() -> Result<()> {
    let Err(missing) = find() else { return Ok(()) };
    packages::install(&format!("{missing:#}: Chromium with its driver"), &["chromium", "chromium-driver"])?;
    find().map(drop)
}
