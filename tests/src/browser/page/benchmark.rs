use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::AskPage;
use crate::browser::spec::Ground;

/// The name that the table gives to the model of the live column.
const THIS_RUN: &str = "this-run";

/// A cell of the table: right answers among questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Right answers.
    pub hits: u64,
    /// Questions.
    pub n: u64,
}

/// A file that the page gave to the browser to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFile {
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl SavedFile {
    /// Its content as text.
    ///
    /// # Errors
    /// If it is not text.
    pub fn text(&self) -> Result<&str> {
        str::from_utf8(&self.bytes).with_context(|| format!("{} is no text", self.name))
    }
}

/// The Benchmark view as a person uses it.
pub struct BenchmarkPage<'a>(pub(super) AskPage<'a>);

impl<'a> BenchmarkPage<'a> {
    /// Opens the page at the view's own address and waits until the model is loaded.
    pub async fn open_and_wait_until_ready(ground: &'a Ground) -> Result<Self> {
        let page = Self::open(ground).await?;
        page.0.wait_until_model("ready").await?;
        Ok(page)
    }

    /// Opens the page at the view's own address and waits until it is shown.
    pub async fn open(ground: &'a Ground) -> Result<Self> {
        let page = AskPage { browser: &ground.browser, url: format!("{}/#benchmark", ground.origin()) };
        page.browser.open(&page.url).await?;
        let page = Self(page);
        page.wait_for("the view is there", async |page| Ok((!page.run().await?.is_empty()).then_some(())))
            .await?;
        Ok(page)
    }

    /// The rest of the page.
    pub fn page(&self) -> &AskPage<'a> {
        &self.0
    }

    /// The state of the run: `none`, `opening`, `ready`, `running`, `paused`, `stopped`, `finished`.
    pub async fn run(&self) -> Result<String> {
        self.read("return document.querySelector('#benchmark')?.dataset.run ?? ''", &[]).await
    }

    /// Presses an element of the view.
    pub async fn press(&self, selector: &str) -> Result<()> {
        self.0.browser.click(selector).await
    }

    /// Presses a key on the element that has the focus.
    pub async fn key(&self, selector: &str, key: &str) -> Result<()> {
        Ok(self.0.browser.find(selector).await?.send_keys(key).await?)
    }

    /// Waits until the run is in this state.
    pub async fn wait_until_run(&self, state: &str) -> Result<()> {
        self.wait_for(&format!("the run is {state}"), async |page| {
            Ok((page.run().await? == state).then_some(()))
        })
        .await
    }

    /// Waits until at least this many questions are answered.
    pub async fn wait_until_answered(&self, n: u64) -> Result<()> {
        self.wait_for(&format!("{n} questions are answered"), async |page| {
            Ok((page.live("Overall").await?.n >= n).then_some(()))
        })
        .await
    }

    /// Pauses, and waits until the current question is answered.
    pub async fn pause(&self) -> Result<()> {
        self.press("#benchmark-pause").await?;
        self.wait_for("the run rests", async |page| {
            let status = page.0.text("#benchmark-status").await?;
            Ok((status.starts_with("Paused") && !status.contains("at hand")).then_some(()))
        })
        .await
    }

    /// This run's cell of a group.
    pub async fn live(&self, group: &str) -> Result<Counts> {
        self.cell(THIS_RUN, group).await
    }

    /// A cell of the table.
    pub async fn cell(&self, model: &str, group: &str) -> Result<Counts> {
        let script = "
            const [model, group] = arguments;
            const cells = [...document.querySelectorAll('#results td[data-model]')];
            const cell = cells.find(({ dataset }) => dataset.model === model && dataset.group === group);
            return cell ? [Number(cell.dataset.hits), Number(cell.dataset.n)] : null";
        let pair = self.0.browser.run(script, &[json!(model), json!(group)]).await?;
        match (pair[0].as_u64(), pair[1].as_u64()) {
            (Some(hits), Some(n)) => Ok(Counts { hits, n }),
            _ => bail!("the table has no cell of {model} for {group}"),
        }
    }

    /// This run's cells of all groups that are shown, without Overall.
    pub async fn live_groups(&self) -> Result<Vec<Counts>> {
        let script = "
            const cells = [...document.querySelectorAll('#results td[data-model=this-run]')];
            return cells.filter((cell) => cell.dataset.group !== 'Overall')
              .map((cell) => [Number(cell.dataset.hits), Number(cell.dataset.n)])";
        let pairs = self.0.browser.run(script, &[]).await?;
        let pairs = pairs.as_array().context("a list was expected")?.iter();
        pairs
            .map(|pair| {
                let count = |index: usize| pair[index].as_u64().context("a count is a number");
                Ok(Counts { hits: count(0)?, n: count(1)? })
            })
            .collect()
    }

    /// This run's cells of the groups that are shown and have a question, by the group's name.
    pub async fn live_by_group(&self) -> Result<BTreeMap<String, Counts>> {
        let script = "
            return [...document.querySelectorAll('#results td[data-model=this-run]')].map((it) => it.dataset.group)";
        let groups: Vec<String> = serde_json::from_value(self.0.browser.run(script, &[]).await?)?;
        let mut cells = BTreeMap::new();
        for group in groups.into_iter().filter(|group| group != "Overall") {
            let counts = self.live(&group).await?;
            if counts.n > 0 {
                cells.insert(group, counts);
            }
        }
        Ok(cells)
    }

    /// Numbers of the questions in the list, in its order, each with whether it was answered correctly.
    pub async fn listed(&self) -> Result<Vec<(u64, bool)>> {
        let script = "
            return [...document.querySelectorAll('#questions tr[data-number]')]
              .map(({ dataset }) => [Number(dataset.number), dataset.hit === 'true'])";
        let rows = self.0.browser.run(script, &[]).await?;
        let rows = rows.as_array().context("a list was expected")?.iter();
        rows.map(|row| Ok((row[0].as_u64().context("a number")?, row[1].as_bool().context("a hit")?)))
            .collect()
    }

    /// Texts of the elements that a selector finds and that are shown.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script = "
            return [...document.querySelectorAll(arguments[0])].filter((it) => it.checkVisibility())
              .map((it) => it.textContent.trim())";
        let texts = self.0.browser.run(script, &[json!(selector)]).await?;
        let texts = texts.as_array().context("a list was expected")?.iter();
        Ok(texts.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// How many different colours the opened question's image has; waits until it is shown.
    pub async fn image_colours(&self) -> Result<u64> {
        let script = "
            const canvas = document.querySelector('#question-image');
            if (!canvas?.checkVisibility()) return null;
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size";
        self.wait_for("the question's image is shown", async |page| {
            Ok(page.0.browser.run(script, &[]).await?.as_u64())
        })
        .await
    }

    /// Presses an export, and returns the file, which the browser would otherwise download.
    pub async fn save(&self, selector: &str) -> Result<SavedFile> {
        let script = "
            let blob;
            const [create, click] = [URL.createObjectURL, HTMLAnchorElement.prototype.click];
            URL.createObjectURL = (it) => create.call(URL, (blob = it));
            const saved = new Promise((end) => {
              HTMLAnchorElement.prototype.click = function () { end(this.download); };
            });
            document.querySelector(arguments[0]).click();
            const name = await saved;
            URL.createObjectURL = create;
            HTMLAnchorElement.prototype.click = click;
            const url = await new Promise((end) => {
              const reader = new FileReader();
              reader.onload = () => end(reader.result);
              reader.readAsDataURL(blob);
            });
            return { name, bytes: url.slice(url.indexOf(',') + 1) }";
        let file = self.0.browser.run_async(script, &[json!(selector)]).await?;
        let part = |name: &str| file[name].as_str().with_context(|| format!("no {name} was handed over"));
        Ok(SavedFile { name: part("name")?.to_owned(), bytes: STANDARD.decode(part("bytes")?)? })
    }

    /// An attribute of an element; empty if it has none.
    pub async fn attribute(&self, selector: &str, name: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''";
        self.read(script, &[json!(selector), json!(name)]).await
    }

    /// Goes back, as the browser's button does.
    pub async fn go_back(&self) -> Result<()> {
        self.0.browser.run("history.back()", &[]).await.map(drop)
    }

    /// Waits until this view is shown: `ask`, `benchmark`.
    pub async fn wait_until_view(&self, view: &str) -> Result<()> {
        self.wait_for(&format!("the view is {view}"), async |page| page.0.data_is("view", view).await)
            .await?;
        let current = self.attribute("nav [aria-current=page]", "id").await?;
        ensure!(current == format!("view-{view}"), "the current link is {current:?}, not that of {view}");
        Ok(())
    }

    pub(super) async fn read(&self, script: &str, arguments: &[Value]) -> Result<String> {
        let text = self.0.browser.run(script, arguments).await?;
        text.as_str().map(str::to_owned).with_context(|| format!("expected a text, found {text}"))
    }

    pub(super) async fn wait_for<T>(
        &self,
        what: &str,
        look: impl AsyncFn(&Self) -> Result<Option<T>>,
    ) -> Result<T> {
        self.0.browser.wait_for(what, async || look(self).await).await
    }
}
