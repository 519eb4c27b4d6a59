use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::sleep;
use xtask::Layout;

use super::devtools::{DevTools, Scheme, TakeConsole, View};
use super::driver::Driver;
use super::net_log;
use super::watch::{Problem, problems};

/// What headless Chromium needs in a container, and what keeps it from asking for anything by itself.
const FLAGS: [&str; 7] = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

const NET_LOG: &str = "net-log.json";

/// A machine with two busy cores is slow; no spec measures time.
const PATIENCE: Duration = Duration::from_secs(120);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// A running browser with a profile of its own.
pub struct Browser {
    client: Client,
    // Dropped after the client: first the driver ends, then its profile goes.
    _driver: Driver,
    profile: TempDir,
}

impl Browser {
    /// Starts a driver and a browser.
    ///
    /// # Errors
    /// Where either does not start.
    pub async fn start(programs: &xtask::setup::Browser) -> Result<Self> {
        let profile = tempfile::tempdir().context("cannot make a folder for the browser's profile")?;
        let driver = Driver::start(&programs.driver)?;
        let own = [
            format!("--user-data-dir={}", profile.path().join("profile").display()),
            format!("--log-net-log={}", profile.path().join(NET_LOG).display()),
        ];
        let flags = FLAGS.iter().copied().chain(own.iter().map(String::as_str)).collect::<Vec<_>>();
        let capabilities = json!({
            "goog:chromeOptions": {
                "binary": programs.browser,
                "args": flags,
            },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": PATIENCE.as_millis() as u64 },
        });
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are a table") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&driver.url()).await;
        let client = client.context("ChromeDriver could not start the browser")?;
        let browser = Self { client, _driver: driver, profile };
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
        self.devtools(DevTools::before_every_document(script)).await
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
    /// After two minutes, or where `look` fails; `what` says what was waited for.
    pub async fn wait_for<T>(&self, what: &str, look: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
        let n_looks = PATIENCE.as_millis() / BETWEEN_LOOKS.as_millis();
        for _ in 0..n_looks {
            if let Some(seen) = look().await? {
                return Ok(seen);
            }
            sleep(BETWEEN_LOOKS).await;
        }
        let page = self.run("return document.body.innerText", &[]).await.unwrap_or_default();
        bail!("waited in vain for this: {what}. The page says:\n{}", page.as_str().unwrap_or_default());
    }

    /// Sets the view's size and the colours that the system asks for.
    pub async fn look_at(&self, view: View, scheme: Scheme) -> Result<()> {
        self.devtools(view.command()).await?;
        self.devtools(scheme.command()).await
    }

    /// Takes pictures of the page as it is now: both sizes, light and dark; leaves it as it was at the start.
    pub async fn screenshots(&self, name: &str) -> Result<()> {
        for view in [View::Phone, View::Desktop] {
            for scheme in [Scheme::Dark, Scheme::Light] {
                self.look_at(view, scheme).await?;
                // Two frames: one lays out anew, the next is drawn.
                let frames = "await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))";
                self.run_async(frames, &[]).await?;
                self.screenshot(&format!("{name}-{}-{}", view.name(), scheme.name())).await?;
            }
        }
        Ok(())
    }

    /// Takes one picture, into the cache's folder of screenshots.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = Layout::find()?.screenshots();
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, self.client.screenshot().await?)?;
        Ok(path)
    }

    /// Takes what the console collected and gives what should not be there.
    pub async fn problems(&self) -> Result<Vec<Problem>> {
        let entries = self.client.issue_cmd(TakeConsole).await.context("cannot read the console")?;
        Ok(problems(entries.as_array().context("the console is no list")?))
    }

    /// Ends the browser and gives every address outside `origin` that its pages, their frames and workers asked for.
    pub async fn close(self, origin: &str) -> Result<Vec<String>> {
        self.client.close().await?;
        net_log::asked_elsewhere(&self.profile.path().join(NET_LOG), origin).await
    }

    async fn devtools(&self, command: DevTools) -> Result<()> {
        self.client
            .issue_cmd(command.clone())
            .await
            .with_context(|| format!("DevTools refused {command:?}"))?;
        Ok(())
    }
}
