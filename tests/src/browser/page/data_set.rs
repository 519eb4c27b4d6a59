use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::BenchmarkPage;

/// A row of a file in which something is wrong, as the page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedProblem {
    /// Counted from 1.
    pub row: u64,
    /// The page's text about it.
    pub text: String,
}

/// Which questions are asked, and of which data set.
impl BenchmarkPage<'_> {
    /// Chooses a file of this disk, which must stay there as long as it is used.
    pub async fn choose_file(&self, path: &Path) -> Result<()> {
        self.choose("#benchmark-data", "file").await?;
        self.0.browser.find("#data-file").await?.send_keys(&path.display().to_string()).await?;
        Ok(())
    }

    /// Chooses an entry of a list by its value.
    pub async fn choose(&self, selector: &str, value: &str) -> Result<()> {
        let script = "
            const [selector, value] = arguments;
            const list = document.querySelector(selector);
            if (!list || list.disabled || ![...list.options].some((it) => it.value === value)) return false;
            list.value = value;
            for (const name of ['input', 'change']) list.dispatchEvent(new Event(name, { bubbles: true }));
            return true";
        let done = self.0.browser.run(script, &[json!(selector), json!(value)]).await?;
        anyhow::ensure!(done == true, "{selector} cannot be set to {value:?}");
        Ok(())
    }

    /// Sets how many of a file's questions are asked, and the seed that they are drawn with. The fields are shown once a file can be chosen.
    pub async fn fill_sampling(&self, extent: &str, first: u32, seed: u32) -> Result<()> {
        self.choose("#benchmark-data", "file").await?;
        self.choose("#benchmark-extent", extent).await?;
        self.fill("#benchmark-first", &first.to_string()).await?;
        self.fill("#benchmark-seed", &seed.to_string()).await
    }

    /// Waits until this many bytes of the file, or all, have been read.
    pub async fn wait_until_read(&self, n_bytes: u64) -> Result<()> {
        self.wait_for(&format!("{n_bytes} bytes are read"), async |page| {
            let script = "
                const progress = document.querySelector('#data-progress');
                return progress?.checkVisibility() ? String(progress.value) : ''";
            let done = page.read(script, &[]).await?;
            Ok(done.parse::<f64>().map_or(Some(()), |done| (done >= n_bytes as f64).then_some(())))
        })
        .await
    }

    /// Whether a button can be pressed.
    pub async fn is_enabled(&self, selector: &str) -> Result<bool> {
        let script = "return String(document.querySelector(arguments[0])?.disabled === false)";
        Ok(self.read(script, &[json!(selector)]).await? == "true")
    }

    /// The relative preferences of the opened question's options.
    pub async fn shares(&self) -> Result<Vec<f64>> {
        let script = "
            return [...document.querySelectorAll('#question-panel [data-share]')].map((it) => Number(it.dataset.share))";
        Ok(serde_json::from_value(self.0.browser.run(script, &[]).await?)?)
    }

    /// Types a value, which replaces the text in a field, and leaves the field.
    pub async fn fill(&self, selector: &str, value: &str) -> Result<()> {
        let field = self.0.browser.find(selector).await?;
        field.clear().await?;
        const TAB: &str = "\u{e004}";
        field.send_keys(&format!("{value}{TAB}")).await.with_context(|| format!("{selector} takes no text"))
    }

    /// Waits until this many questions are ready to be asked.
    pub async fn wait_until_questions(&self, n: u64) -> Result<()> {
        self.wait_for(&format!("{n} questions are ready"), async |page| {
            let ready =
                page.read("return document.querySelector('#benchmark').dataset.questions ?? ''", &[]).await?;
            Ok((ready == n.to_string()).then_some(()))
        })
        .await
    }

    /// The page's text about the data set.
    pub async fn data_status(&self) -> Result<String> {
        self.0.text("#data-status").await
    }

    /// Rows of the file in which something is wrong.
    pub async fn problems(&self) -> Result<Vec<ListedProblem>> {
        let script = "
            return [...document.querySelectorAll('#data-problems tr[data-row]')]
              .map((row) => [Number(row.dataset.row), row.textContent.trim()])";
        let rows = self.0.browser.run(script, &[]).await?;
        let problem = |row: &Value| {
            let number = row[0].as_u64().context("a row has a number")?;
            Ok(ListedProblem { row: number, text: row[1].as_str().unwrap_or_default().to_owned() })
        };
        rows.as_array().context("a list was expected")?.iter().map(problem).collect()
    }

    /// Opens a question of the list and waits until its image is shown. Returns how long that took by the page's clock.
    pub async fn open_question(&self, number: u64) -> Result<f64> {
        let script = "
            const [row] = arguments;
            const link = document.querySelector(`#questions tr[data-number='${row}'] .link`);
            const canvas = () => document.querySelector('#question-image');
            const start = performance.now();
            link.click();
            while (!canvas()?.checkVisibility() || !canvas().width) {
              if (performance.now() - start > 60000) throw new Error('the image did not come within a minute');
              await new Promise(requestAnimationFrame);
            }
            return performance.now() - start";
        let ms = self.0.browser.run_async(script, &[json!(number.to_string())]).await?;
        ms.as_f64().context("a time is a number")
    }
}
