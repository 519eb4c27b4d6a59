use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::Value;
use tokio::time::sleep;
use xtask::Layout;

use super::chromium::Chromium;
use super::driver::{Driver, patience};
use super::firefox::Firefox;
use super::kind::BrowserKind;
use super::view::{Scheme, View};
use super::watch::Problem;

const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// A running browser with a profile of its own.
pub struct Browser {
    client: Client,
    // Dropped after the client: first the driver ends, then its profile is deleted.
    _driver: Driver,
    own: Own,
    problems: RefCell<Vec<Problem>>,
}

/// A tab that is open.
pub struct Tab(fantoccini::wd::WindowHandle);

/// What each browser does in its own way.
enum Own {
    Chromium(Chromium),
    Firefox(Firefox),
}

impl Browser {
    /// Starts a driver and a browser.
    ///
    /// # Errors
    /// If either does not start.
    pub async fn start(kind: BrowserKind, programs: &xtask::setup::Browser) -> Result<Self> {
        let (own, driver, client) = match kind {
            BrowserKind::ChromiumWithoutWebGpu | BrowserKind::ChromiumOnSwiftShader => {
                let (chromium, driver, client) = Chromium::start(kind, programs).await?;
                (Own::Chromium(chromium), driver, client)
            }
            BrowserKind::FirefoxOnLavapipe => {
                let (firefox, driver, client) = Firefox::start(programs).await?;
                (Own::Firefox(firefox), driver, client)
            }
        };
        let browser = Self { client, _driver: driver, own, problems: RefCell::default() };
        browser.look_at(View::Desktop, Scheme::Light).await?;
        Ok(browser)
    }

    /// Opens an address and waits until its document is loaded.
    pub async fn open(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("cannot open {url}"))
    }

    /// Runs the body of a function in the page; `arguments` holds its arguments.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let result = self.client.execute(script, arguments.to_vec()).await;
        result.with_context(|| format!("a script failed in the page: {script}"))
    }

    /// Runs the body of an async function in the page, and waits for its result.
    pub async fn run_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async function () {{ {script} }}).apply(null, arguments)
                 .then(value => done({{ value }}), error => done({{ error: String(error) }}));"
        );
        let result = self.client.execute_async(&script, arguments.to_vec()).await?;
        match result["error"].as_str() {
            Some(error) => bail!("a script failed in the page: {error}: {script}"),
            None => Ok(result["value"].clone()),
        }
    }

    /// Runs a script in every document that is opened from now on, before the document's own.
    pub async fn before_every_document(&self, script: &str) -> Result<()> {
        match &self.own {
            Own::Chromium(chromium) => chromium.before_every_document(&self.client, script).await,
            Own::Firefox(firefox) => firefox.before_every_document(&self.client, script).await,
        }
    }

    /// Ends the process that the pages' GPU devices live in.
    ///
    /// # Errors
    /// In Firefox, which offers no way to do it.
    pub async fn crash_gpu(&self) -> Result<()> {
        match &self.own {
            Own::Chromium(chromium) => chromium.crash_gpu(&self.client).await,
            Own::Firefox(_) => bail!("only Chromium's GPU process can be made to crash"),
        }
    }

    /// Gives the pages of an origin this much storage in all.
    ///
    /// # Errors
    /// In Firefox, which has no such switch.
    pub async fn limit_storage(&self, origin: &str, n_bytes: u64) -> Result<()> {
        match &self.own {
            Own::Chromium(chromium) => chromium.limit_storage(&self.client, origin, n_bytes).await,
            Own::Firefox(_) => bail!("only Chromium's storage can be limited"),
        }
    }

    /// Opens another tab and goes to it; returns the one before it.
    pub async fn open_tab(&self) -> Result<Tab> {
        let before = self.client.window().await?;
        let opened = self.client.new_window(true).await?;
        self.client.switch_to_window(opened.handle).await?;
        Ok(Tab(before))
    }

    /// Goes to a tab, and returns the one before it.
    pub async fn go_to_tab(&self, tab: Tab) -> Result<Tab> {
        let before = self.client.window().await?;
        self.client.switch_to_window(tab.0).await?;
        Ok(Tab(before))
    }

    /// The one element that a selector finds.
    pub async fn find(&self, selector: &str) -> Result<Element> {
        let found = self.client.find(Locator::Css(selector)).await;
        found.with_context(|| format!("the page has no {selector}"))
    }

    /// Clicks as a person would: the element must be there, in view and not covered.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let clicked = self.find(selector).await?.click().await;
        clicked.with_context(|| format!("{selector} cannot be clicked"))
    }

    /// Clicks the element of this number, counted from 0, among those that a selector finds.
    pub async fn click_nth(&self, selector: &str, number: usize) -> Result<()> {
        let found = self.client.find_all(Locator::Css(selector)).await?;
        let n_found = found.len();
        let element = found.into_iter().nth(number);
        let element =
            element.with_context(|| format!("the page has {n_found} of {selector}, no number {number}"))?;
        element.click().await.with_context(|| format!("number {number} of {selector} cannot be clicked"))
    }

    /// Waits until `look` sees what it looks for.
    ///
    /// # Errors
    /// After two minutes, or if `look` fails; `what` says what was waited for.
    pub async fn wait_for<T>(&self, what: &str, look: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
        let n_looks = patience().as_millis() / BETWEEN_LOOKS.as_millis();
        for _ in 0..n_looks {
            if let Some(seen) = look().await? {
                return Ok(seen);
            }
            sleep(BETWEEN_LOOKS).await;
        }
        let page = self.run("return document.body.innerText", &[]).await.unwrap_or_default();
        bail!("this did not happen in time: {what}. The page says:\n{}", page.as_str().unwrap_or_default());
    }

    /// Sets the view's size and the colours that the system asks for.
    pub async fn look_at(&self, view: View, scheme: Scheme) -> Result<()> {
        match &self.own {
            Own::Chromium(chromium) => chromium.look_at(&self.client, view, scheme).await,
            Own::Firefox(firefox) => firefox.look_at(&self.client, view, scheme).await,
        }
    }

    /// Takes pictures of the page as it is now, in both sizes, light and dark, and sets size and colours back.
    pub async fn screenshots(&self, name: &str) -> Result<()> {
        for view in [View::Phone, View::Desktop] {
            for scheme in [Scheme::Dark, Scheme::Light] {
                self.look_at(view, scheme).await?;
                // Two frames: the first is laid out again, the second is drawn.
                let frames = "await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))";
                self.run_async(frames, &[]).await?;
                self.screenshot(&format!("{name}-{}-{}", view.name(), scheme.name())).await?;
            }
        }
        Ok(())
    }

    /// Takes one picture; it goes to the cache's folder of screenshots.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = Layout::find()?.screenshots();
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, self.client.screenshot().await?)?;
        Ok(path)
    }

    /// Everything in the consoles of pages and workers that should not be there, from the start.
    pub async fn problems(&self) -> Result<Vec<Problem>> {
        let new = match &self.own {
            Own::Chromium(chromium) => chromium.take_problems(&self.client).await?,
            Own::Firefox(firefox) => firefox.take_problems(&self.client).await?,
        };
        let mut problems = self.problems.borrow_mut();
        problems.extend(new);
        Ok(problems.clone())
    }

    /// Ends the browser and returns every address outside `origin` that its pages, their frames and workers asked for.
    pub async fn close(self, origin: &str) -> Result<Vec<String>> {
        match self.own {
            Own::Chromium(chromium) => chromium.close(self.client, origin).await,
            Own::Firefox(firefox) => firefox.close(self.client, origin).await,
        }
    }
}
