use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::BenchmarkPage;

/// A run that the page keeps, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRun {
    /// Its identity.
    pub id: String,
    /// `finished` or `partial`.
    pub state: String,
    /// Whether it is the one that is shown.
    pub is_current: bool,
    /// The page's text about it.
    pub text: String,
}

/// The runs that are kept.
impl BenchmarkPage<'_> {
    /// All of them, as they are listed.
    pub async fn kept(&self) -> Result<Vec<KeptRun>> {
        let script = "
            return [...document.querySelectorAll('#kept-runs li[data-run-id]')].map((it) => [
              it.dataset.runId, it.dataset.state, it.getAttribute('aria-current') === 'true', it.textContent.trim()])";
        let rows = self.0.browser.run(script, &[]).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kept = |row: &Value| KeptRun {
            id: text(&row[0]),
            state: text(&row[1]),
            is_current: row[2] == true,
            text: text(&row[3]),
        };
        Ok(rows.as_array().context("a list was expected")?.iter().map(kept).collect())
    }

    /// Waits until this many runs are listed.
    pub async fn wait_until_kept(&self, n: usize) -> Result<Vec<KeptRun>> {
        self.wait_for(&format!("{n} runs are kept"), async |page| {
            Ok(Some(page.kept().await?).filter(|kept| kept.len() == n))
        })
        .await
    }

    /// Presses a button of one run: `open`, `rename`, `delete`.
    pub async fn press_of_run(&self, id: &str, act: &str) -> Result<()> {
        self.press(&format!("#kept-runs li[data-run-id='{id}'] [data-act={act}]")).await
    }

    /// Renames a run.
    pub async fn rename_run(&self, id: &str, name: &str) -> Result<()> {
        self.press_of_run(id, "rename").await?;
        let field =
            self.0.browser.find(&format!("#kept-runs li[data-run-id='{id}'] .run-name-input")).await?;
        field.clear().await?;
        const ENTER: &str = "\u{e007}";
        field.send_keys(&format!("{name}{ENTER}")).await?;
        Ok(())
    }

    /// Loads the page again, as the browser's button does, and waits until it is shown.
    pub async fn reload(&self) -> Result<()> {
        self.0.browser.open("about:blank").await?;
        self.0.browser.open(&self.0.url).await?;
        self.wait_for("the view is there", async |page| Ok((!page.run().await?.is_empty()).then_some(())))
            .await?;
        self.0.wait_until_model("ready").await
    }

    /// Scrolls an element to the top of the view, for a picture.
    pub async fn scroll_to(&self, selector: &str) -> Result<()> {
        let script = "document.querySelector(arguments[0]).scrollIntoView()";
        self.0.browser.run(script, &[json!(selector)]).await.map(drop)
    }

    /// Titles of the analyses of the run, in their order.
    pub async fn sheets(&self) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll('#analysis [data-sheet]')].map((it) => it.dataset.sheet)";
        let titles = self.0.browser.run(script, &[]).await?;
        let titles = titles.as_array().context("a list was expected")?.iter();
        Ok(titles.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The rows of one sheet.
    pub async fn sheet(&self, title: &str) -> Result<Vec<Vec<String>>> {
        let script = "
            const sheet = [...document.querySelectorAll('#analysis [data-sheet]')]
              .find((it) => it.dataset.sheet === arguments[0]);
            return [...(sheet?.querySelectorAll('tbody tr') ?? [])]
              .map((row) => [...row.children].map((cell) => cell.textContent.trim()))";
        let rows = self.0.browser.run(script, &[json!(title)]).await?;
        Ok(serde_json::from_value(rows)?)
    }
}
