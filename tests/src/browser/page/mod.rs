//! The page as a person uses it: what can be done with it, what can be seen on it.

mod act;
mod backend;
mod benchmark;
mod data_set;
mod kept;
mod models;
mod observe;
mod see;
mod settings;

use anyhow::{Context, Result};
use serde_json::json;

pub use backend::ProfileRow;
pub use benchmark::{BenchmarkPage, Counts, SavedFile};
pub use data_set::ListedProblem;
pub use kept::KeptRun;
pub use models::{Download, ModelsPage, Stored};
pub use see::{Message, Status, Turn, Width};

use super::session::Browser;
use super::spec::Ground;

/// The page as a person uses it: what can be seen on it and done with it.
pub struct AskPage<'a> {
    browser: &'a Browser,
    url: String,
}

impl<'a> AskPage<'a> {
    /// Opens the page and waits until it is shown.
    pub async fn open(ground: &'a Ground) -> Result<Self> {
        Self::open_at(ground, "").await
    }

    /// Opens the page with this after its address, `?...`, and waits until it is shown.
    pub async fn open_at(ground: &'a Ground, query: &str) -> Result<Self> {
        let page = Self { browser: &ground.browser, url: format!("{}/{query}", ground.origin()) };
        page.browser.open(&page.url).await?;
        page.wait_for("the page starts", async |page| Ok(page.data("model").await?.map(drop))).await?;
        Ok(page)
    }

    /// Opens the page and waits until its bundled model is loaded.
    pub async fn open_and_wait_until_ready(ground: &'a Ground) -> Result<Self> {
        let page = Self::open(ground).await?;
        page.wait_until_model("ready").await?;
        Ok(page)
    }

    /// Waits until the model is in this state: `none`, `loading`, `ready`, `failed`.
    pub async fn wait_until_model(&self, state: &str) -> Result<()> {
        self.wait_for(&format!("the model is {state}"), async |page| page.data_is("model", state).await).await
    }

    /// Waits until the job is in this state: `idle`, `opening`, `encoding`, `prefill`, `decoding`.
    pub async fn wait_until_job(&self, state: &str) -> Result<()> {
        self.wait_for(&format!("the job is {state}"), async |page| page.data_is("job", state).await).await
    }

    /// The text of an element.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0])?.textContent?.trim() ?? null";
        let text = self.browser.run(script, &[json!(selector)]).await?;
        text.as_str().map(str::to_owned).with_context(|| format!("the page has no {selector}"))
    }

    async fn data(&self, name: &str) -> Result<Option<String>> {
        let script = "return document.querySelector('#app')?.dataset[arguments[0]] ?? null";
        Ok(self.browser.run(script, &[json!(name)]).await?.as_str().map(str::to_owned))
    }

    async fn data_is(&self, name: &str, value: &str) -> Result<Option<()>> {
        Ok((self.data(name).await?.as_deref() == Some(value)).then_some(()))
    }

    /// Waits until something is true.
    pub async fn until(&self, what: &str, is_so: impl AsyncFn() -> Result<bool>) -> Result<()> {
        self.browser.wait_for(what, async || Ok(is_so().await?.then_some(()))).await
    }

    async fn wait_for<T>(&self, what: &str, look: impl AsyncFn(&Self) -> Result<Option<T>>) -> Result<T> {
        self.browser.wait_for(what, async || look(self).await).await
    }
}
