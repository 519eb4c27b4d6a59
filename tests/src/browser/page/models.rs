use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::AskPage;
use crate::browser::spec::Ground;

/// What the page shows of one download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Download {
    /// `waiting`, `fetching`, `paused`, `failed`, `checking`, `done`.
    pub state: String,
    /// The model's name for people.
    pub title: String,
    /// Bytes that are in place, and of how many.
    pub bytes: String,
    /// Notes that were shown on the way.
    pub warning: String,
    /// Why it failed, and what to do.
    pub trouble: String,
}

/// A model in the browser's store, as the page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name in the store.
    pub key: String,
    /// The page's text about it.
    pub text: String,
}

/// The Models view as a person uses it.
pub struct ModelsPage<'a>(AskPage<'a>);

impl<'a> ModelsPage<'a> {
    /// Opens the page at the view's own address and waits until the bundled model is loaded and downloads can be ordered.
    pub async fn open(ground: &'a Ground) -> Result<Self> {
        let page = AskPage { browser: &ground.browser, url: format!("{}/#models", ground.origin()) };
        // If only the hash of an address differs, the browser does not load it again.
        page.browser.open("about:blank").await?;
        page.browser.open(&page.url).await?;
        page.wait_for("the page starts", async |page| Ok(page.data("model").await?.map(drop))).await?;
        page.wait_until_model("ready").await?;
        let is_running = async |page: &AskPage<'_>| page.data_is("downloader", "running").await;
        page.wait_for("downloads can be ordered", is_running).await?;
        Ok(Self(page))
    }

    /// The rest of the page.
    pub fn page(&self) -> &AskPage<'a> {
        &self.0
    }

    /// Presses an element of the view.
    pub async fn press(&self, selector: &str) -> Result<()> {
        self.0.browser.click(selector).await
    }

    /// Starts the download of a pair from two addresses.
    pub async fn fetch_addresses(&self, text: &str, vision: &str) -> Result<()> {
        for (selector, address) in [("#text-address", text), ("#vision-address", vision)] {
            let field = self.0.browser.find(selector).await?;
            field.clear().await?;
            field.send_keys(address).await.with_context(|| format!("{selector} takes no text"))?;
        }
        self.press("#addresses-fetch").await
    }

    /// Every download on the page, the latest last.
    pub async fn downloads(&self) -> Result<Vec<Download>> {
        let script = "
            const said = (card, of) => [...card.querySelectorAll(of)].map((e) => e.textContent.trim()).join(' ');
            return [...document.querySelectorAll('#downloads-list .download')].map((card) => [
              card.dataset.state, card.dataset.title, said(card, '.bytes'), said(card, '.warning'), said(card, '.trouble')])";
        let list = self.0.browser.run(script, &[]).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let download = |row: &Value| Download {
            state: text(&row[0]),
            title: text(&row[1]),
            bytes: text(&row[2]),
            warning: text(&row[3]),
            trouble: text(&row[4]),
        };
        Ok(list.as_array().context("a list was expected")?.iter().map(download).collect())
    }

    /// Waits until the only download is in one of these states.
    pub async fn wait_until_download(&self, states: &[&str]) -> Result<Download> {
        self.0
            .wait_for(&format!("the download is {}", states.join(" or ")), async |_| {
                let downloads = self.downloads().await?;
                match &downloads[..] {
                    [one] => Ok(states.contains(&one.state.as_str()).then(|| one.clone())),
                    [] => Ok(None),
                    more => bail!("{} downloads, although one was ordered: {more:#?}", more.len()),
                }
            })
            .await
    }

    /// The models that are listed as complete in the store.
    pub async fn stored(&self) -> Result<Vec<Stored>> {
        let script = "return [...document.querySelectorAll('#stored .stored')]
            .map((card) => [card.dataset.key, card.textContent.trim()])";
        let list = self.0.browser.run(script, &[]).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let stored = |row: &Value| Stored { key: text(&row[0]), text: text(&row[1]) };
        Ok(list.as_array().context("a list was expected")?.iter().map(stored).collect())
    }

    /// Waits until the store holds this many models.
    pub async fn wait_until_stored(&self, n: usize) -> Result<Vec<Stored>> {
        self.0
            .wait_for(&format!("{n} models are stored"), async |_| {
                Ok(Some(self.stored().await?).filter(|stored| stored.len() == n))
            })
            .await
    }

    /// Opens the only stored model and waits until it answers.
    pub async fn open_stored(&self) -> Result<()> {
        let before = self.0.text("#load-text").await?;
        self.press("#stored .stored .open").await?;
        let is_loaded = async |page: &AskPage<'_>| {
            let is_another = page.text("#load-text").await? != before;
            Ok((is_another && page.data_is("model", "ready").await?.is_some()).then_some(()))
        };
        self.0.wait_for("the stored model is loaded", is_loaded).await?;
        let vision = async |page: &AskPage<'_>| page.data_is("vision", "ready").await;
        self.0.wait_for("its vision tower is loaded", vision).await
    }

    /// The state of the current model's vision tower: `none`, `loading`, `ready`, `failed`.
    pub async fn vision(&self) -> Result<String> {
        Ok(self.0.data("vision").await?.unwrap_or_default())
    }

    /// Deletes everything that is stored, as a person does.
    pub async fn delete_all(&self) -> Result<()> {
        self.press("#delete-all").await?;
        self.press("#confirm-delete-yes").await?;
        self.wait_until_stored(0).await.map(drop)
    }

    /// Names and lengths of the files in the browser's store.
    pub async fn store(&self) -> Result<Vec<(String, u64)>> {
        let script = "
            const root = await navigator.storage.getDirectory();
            const folder = await root.getDirectoryHandle('weights', { create: true });
            const files = [];
            for await (const [name, handle] of folder.entries()) files.push([name, (await handle.getFile()).size]);
            return files.sort();";
        let files = self.0.browser.run_async(script, &[]).await?;
        let file = |row: &Value| Some((row[0].as_str()?.to_owned(), row[1].as_u64()?));
        files
            .as_array()
            .context("a list was expected")?
            .iter()
            .map(|row| file(row).context("no file"))
            .collect()
    }

    /// SHA-256, in hexadecimal digits, of the stored file whose name begins like this.
    pub async fn sha256(&self, begins: &str) -> Result<String> {
        let script = "
            const [begins] = arguments;
            const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('weights');
            for await (const [name, handle] of folder.entries()) {
              if (!name.startsWith(begins) || !name.endsWith('.data')) continue;
              const hash = await crypto.subtle.digest('SHA-256', await (await handle.getFile()).arrayBuffer());
              return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
            }
            throw new Error(`no file ${begins}`);";
        let hash = self.0.browser.run_async(script, &[json!(begins)]).await?;
        hash.as_str().map(str::to_owned).context("a hash is a text")
    }

    /// Changes one byte of the stored file whose name begins like this, as a failing disk does.
    pub async fn damage(&self, begins: &str, at: u64) -> Result<()> {
        let script = "
            const [begins, at] = arguments;
            const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('weights');
            for await (const [name, handle] of folder.entries()) {
              if (!name.startsWith(begins) || !name.endsWith('.data')) continue;
              const old = new Uint8Array(await (await handle.getFile()).slice(at, at + 1).arrayBuffer());
              const stream = await handle.createWritable({ keepExistingData: true });
              await stream.write({ type: 'write', position: at, data: Uint8Array.of(old[0] ^ 255) });
              await stream.close();
              return name;
            }
            throw new Error('no such file');";
        self.0.browser.run_async(script, &[json!(begins), json!(at)]).await.map(drop)
    }
}
