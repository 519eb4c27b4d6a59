use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use super::{Browser, major, version_of};
use crate::Layout;
use crate::command::which;
use crate::setup::cargo_tools::{self, GECKODRIVER};
use crate::setup::packages;

/// Of Debian and its derivatives; Ubuntu has no such package.
const PACKAGE: &str = "firefox-esr";

/// Older ones have another WebGPU, or none on Linux.
const LEAST_MAJOR: u32 = 153;

/// Looks for Firefox on `PATH`, and for geckodriver among the tools and on `PATH`.
///
/// # Errors
/// Names the one that is missing or too old.
pub fn find(layout: &Layout) -> Result<Browser> {
    Ok(Browser { browser: find_browser()?, driver: find_driver(layout)? })
}

/// Installs Firefox where its package is to be had, and builds its driver wherever Firefox is. Elsewhere says that the
/// specs in Firefox will be skipped.
pub(in crate::setup) fn set_up(layout: &Layout) -> Result<()> {
    if let Err(missing) = find_browser()
        && packages::can_install()
        && packages::offers(PACKAGE)?
    {
        packages::install(&format!("{missing:#}"), &[PACKAGE])?;
    }
    if let Err(missing) = find_browser() {
        println!("setup: {missing:#}: the specs in Firefox will say that they were skipped");
        return Ok(());
    }
    if which(GECKODRIVER).is_none() {
        cargo_tools::geckodriver(layout)?;
    }
    find(layout).map(drop)
}

fn find_browser() -> Result<PathBuf> {
    let browser = ["firefox-esr", "firefox"].iter().find_map(|name| which(name));
    let browser = browser.context("no Firefox: neither firefox-esr nor firefox is on PATH")?;
    let says = version_of(&browser)?;
    ensure!(
        major(&says) >= Some(LEAST_MAJOR),
        "{} is of version {says:?}: Firefox {LEAST_MAJOR} or later is needed",
        browser.display()
    );
    Ok(browser)
}

fn find_driver(layout: &Layout) -> Result<PathBuf> {
    let own = layout.cargo_bin().join(GECKODRIVER);
    let driver = if own.is_file() { Some(own) } else { which(GECKODRIVER) };
    let driver = driver.with_context(|| {
        format!(
            "no driver for Firefox: geckodriver is neither in {} nor on PATH",
            layout.cargo_bin().display()
        )
    })?;
    version_of(&driver)?;
    Ok(driver)
}
