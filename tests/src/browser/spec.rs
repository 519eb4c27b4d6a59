use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, ensure};
use xtask::site::Site;
use xtask::{Layout, setup};

use super::kind::BrowserKind;
use super::session::Browser;
use super::watch::Problem;

/// One browser at a time: two cores, and a page that must stay responsive while its worker computes.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What a spec works with: a browser, and a site on a plain file server that sends no headers of its own.
pub struct Ground {
    /// The browser.
    pub browser: Browser,
    site: Site,
}

impl Ground {
    /// The site's origin.
    pub fn origin(&self) -> String {
        self.site.origin()
    }
}

/// Runs a spec on the built page, in Chromium without WebGPU. It also fails if the page or its worker logged an error,
/// sent a request to another origin, or tried something that its policy refuses.
///
/// Without the browser it is skipped and says why; if [`setup::BROWSERS`] names the browser, it fails.
///
/// # Errors
/// If the spec fails, or the page did one of those things.
pub fn spec(name: &str, body: impl AsyncFnOnce(&Ground) -> Result<()>) -> Result<()> {
    spec_in(BrowserKind::ChromiumWithoutWebGpu, name, body)
}

/// [`spec`] in another browser.
///
/// # Errors
/// As [`spec`].
pub fn spec_in(kind: BrowserKind, name: &str, body: impl AsyncFnOnce(&Ground) -> Result<()>) -> Result<()> {
    let asked = plain_spec_in(kind, name, &built_page()?, async |ground| {
        body(ground).await?;
        let problems = ground.browser.problems().await?;
        ensure!(problems.is_empty(), "the page did what it must not: {problems:#?}");
        Ok(())
    })?;
    ensure!(asked.is_nothing(), "the page asked another origin: {asked:#?}");
    Ok(())
}

/// What `cargo xtask dist` built.
///
/// # Errors
/// If it has not been built.
pub fn built_page() -> Result<PathBuf> {
    let layout = Layout::find()?;
    xtask::dist::ensure_complete(&layout)?;
    Ok(layout.dist())
}

/// Which addresses outside its origin a page asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// These.
    These(Vec<String>),
    /// There is no browser, so the spec was skipped.
    Skipped,
}

impl Asked {
    /// Whether the page kept to its own origin, or did not run.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Skipped) || matches!(self, Self::These(urls) if urls.is_empty())
    }
}

/// Runs a spec on any folder, in Chromium without WebGPU. The caller checks what else the page did.
///
/// # Errors
/// If the spec fails.
pub fn plain_spec(name: &str, folder: &Path, body: impl AsyncFnOnce(&Ground) -> Result<()>) -> Result<Asked> {
    plain_spec_in(BrowserKind::ChromiumWithoutWebGpu, name, folder, body)
}

/// [`plain_spec`] in another browser.
///
/// # Errors
/// As [`plain_spec`].
pub fn plain_spec_in(
    kind: BrowserKind,
    name: &str,
    folder: &Path,
    body: impl AsyncFnOnce(&Ground) -> Result<()>,
) -> Result<Asked> {
    let programs = match programs(kind) {
        Ok(programs) => programs,
        Err(missing) if must_be_there(kind) => return Err(missing),
        Err(missing) => {
            // Not `eprintln!`, whose output the test runner keeps to itself when a test passes.
            writeln!(std::io::stderr(), "SKIPPED {name} in {}: {missing:#}", kind.name())?;
            return Ok(Asked::Skipped);
        }
    };
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let site = Site::start(folder, 0, &[])?;
        let ground = Ground { browser: Browser::start(kind, &programs).await?, site };
        let result = body(&ground).await;
        let result = match result {
            Ok(()) => Ok(()),
            Err(error) => Err(explain(name, &ground, error).await),
        };
        // Also after a failure: Firefox would outlive its driver.
        let Ground { browser, site } = ground;
        let asked = browser.close(&site.origin()).await;
        result.and_then(|()| Ok(Asked::These(asked?)))
    })
}

fn programs(kind: BrowserKind) -> Result<setup::Browser> {
    match kind {
        BrowserKind::ChromiumWithoutWebGpu | BrowserKind::ChromiumOnSwiftShader => setup::find_chromium(),
        BrowserKind::FirefoxOnLavapipe => setup::find_firefox(&Layout::find()?),
    }
}

/// Whether a browser was set up, so that its absence is an error.
fn must_be_there(kind: BrowserKind) -> bool {
    let set_up = std::env::var(setup::BROWSERS).unwrap_or_default();
    set_up.split(',').any(|browser| browser == kind.program())
}

/// Adds a picture of the page and its console to an error.
async fn explain(name: &str, ground: &Ground, error: anyhow::Error) -> anyhow::Error {
    let picture = match ground.browser.screenshot(&format!("failed-{name}")).await {
        Ok(path) => format!("its picture is {}", path.display()),
        Err(error) => format!("no picture could be taken ({error:#})"),
    };
    let problems: Vec<Problem> = ground.browser.problems().await.unwrap_or_default();
    error.context(format!("the spec {name} failed; {picture}; problems: {problems:?}"))
}
