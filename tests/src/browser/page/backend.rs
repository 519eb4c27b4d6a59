use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::AskPage;
use crate::browser::Ground;

/// Records every state of the notice about a lost device.
const OBSERVE_REBUILDING: &str = "
    window.specRebuilding = [];
    const notice = document.querySelector('#rebuilding');
    const look = () => {
      const said = notice.hidden ? '' : notice.textContent.trim();
      if (said && said !== window.specRebuilding.at(-1)) window.specRebuilding.push(said);
    };
    new MutationObserver(look).observe(notice, { attributes: true, childList: true, subtree: true, characterData: true });";

/// Presses the button once, as soon as the page is at this stage of a job. A driver does not look often enough for that.
const LOSE_AT: &str = "
    const [stage] = arguments;
    const app = document.querySelector('#app');
    const isThere = () => stage === 'answering'
      ? [...document.querySelectorAll('.turn-answer')].at(-1)?.dataset.end === 'streaming'
        && [...document.querySelectorAll('.turn-answer')].at(-1).textContent.trim() !== ''
      : app.dataset.job === stage;
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      document.querySelector('#lose-device').click();
    });
    observer.observe(app, { attributes: true, childList: true, subtree: true, characterData: true });";

/// A row of the table of kernels: its name and figures.
pub type ProfileRow = Vec<String>;

/// Where the model runs.
impl<'a> AskPage<'a> {
    /// Opens the page with `?backend=` in its address and waits until its bundled model is loaded there.
    pub async fn open_on(ground: &'a Ground, backend: &str) -> Result<Self> {
        let page = Self::open_at(ground, &format!("?backend={backend}")).await?;
        page.wait_until_model("ready").await?;
        page.wait_until_backend(backend).await?;
        Ok(page)
    }

    /// Waits until the model runs there: `cpu`, `webgpu`.
    pub async fn wait_until_backend(&self, backend: &str) -> Result<()> {
        let what = format!("the model runs on {backend}");
        self.wait_for(&what, async |page| page.data_is("backend", backend).await).await
    }

    /// Bytes of memory that the worker had taken when the model was loaded.
    pub async fn heap_bytes(&self) -> Result<u64> {
        let script = "return document.querySelector('#heap')?.dataset.bytes ?? ''";
        let bytes = self.browser.run(script, &[]).await?;
        Ok(bytes.as_str().context("a number as text")?.parse()?)
    }

    /// What the settings say about where the model runs, and why.
    pub async fn backend_why(&self) -> Result<String> {
        self.text("#backend-why").await
    }

    /// Which of the three choices is marked: `measured`, `webgpu`, `cpu`.
    pub async fn backend_choice(&self) -> Result<String> {
        let script = "return document.querySelector('#settings input[name=backend]:checked')?.id ?? ''";
        let id = self.browser.run(script, &[]).await?;
        let id = id.as_str().context("an id is a text")?;
        Ok(id.trim_start_matches("backend-").to_owned())
    }

    /// Whether a choice can be made.
    pub async fn can_choose_backend(&self, choice: &str) -> Result<bool> {
        let script = "return document.querySelector(arguments[0])?.disabled ?? null";
        let disabled = self.browser.run(script, &[json!(format!("#backend-{choice}"))]).await?;
        disabled.as_bool().map(|disabled| !disabled).with_context(|| format!("there is no choice {choice}"))
    }

    /// Chooses as a person does, and waits until the model runs there.
    pub async fn choose_backend(&self, choice: &str) -> Result<()> {
        self.open_settings().await?;
        self.browser.click(&format!("#backend-{choice}")).await?;
        if choice != "measured" {
            self.wait_until_backend(choice).await?;
        }
        self.wait_until_model("ready").await?;
        self.browser.click("#settings-close").await
    }

    /// Presses "Lose the device" by itself when the next job is `encoding`, `prefill`, `decoding`, or `answering`: when
    /// the answer has its first text.
    pub async fn lose_device_at(&self, stage: &str) -> Result<()> {
        self.browser.run(LOSE_AT, &[json!(stage)]).await.map(drop)
    }

    /// Begins to record what the notice about a lost device says.
    pub async fn observe_rebuilding(&self) -> Result<()> {
        self.browser.run(OBSERVE_REBUILDING, &[]).await.map(drop)
    }

    /// What the notice said since [`Self::observe_rebuilding`]; it must be gone by now.
    pub async fn observed_rebuilding(&self) -> Result<Vec<String>> {
        let script = "return [document.querySelector('#rebuilding').hidden, window.specRebuilding]";
        let seen = self.browser.run(script, &[]).await?;
        ensure!(seen[0] == json!(true), "the notice stays: {seen}");
        let said = seen[1].as_array().context("nothing was observed")?.iter();
        Ok(said.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Has the next answers profiled.
    pub async fn profile(&self) -> Result<()> {
        let script = "document.querySelector('#developer').open = true";
        self.open_settings().await?;
        self.browser.run(script, &[]).await?;
        self.browser.click("#profiling").await?;
        self.browser.click("#settings-close").await
    }

    /// The rows of the latest answer's table of kernels, without head and sum.
    pub async fn profile_rows(&self) -> Result<Vec<ProfileRow>> {
        let script = "return [...document.querySelectorAll('#profile tbody tr')]
            .map((row) => [...row.cells].map((cell) => cell.textContent.trim()))";
        let rows = self.browser.run(script, &[]).await?;
        let rows = rows.as_array().context("a list was expected")?.iter();
        rows.map(|row| {
            let cells = row.as_array().context("a row is a list")?.iter();
            Ok(cells.filter_map(Value::as_str).map(str::to_owned).collect())
        })
        .collect()
    }
}
