use super::shelf::Shelf;
use super::trouble::Trouble;
use web::{LockMode, NoLock, Patience, PrivateFolder, WebLock};

const FOLDER: PrivateFolder = PrivateFolder::new("runs");
const ENDING: &str = ".jsonl";

/// Files of the browser's private file system, which all tabs of the page share.
#[derive(Debug)]
pub(crate) struct Private;

impl Private {
    /// Whether the browser lets a page have private files.
    pub(crate) async fn is_granted() -> bool {
        FOLDER.is_granted().await
    }
}

fn file_name(id: &str) -> String {
    format!("{id}{ENDING}")
}

impl Shelf for Private {
    type Lock = WebLock;

    const IS_ON_DISK: bool = true;

    async fn list(&self) -> Result<Vec<(String, u64)>, Trouble> {
        let entries = FOLDER.list().await.map_err(|error| Trouble::NotRead(error.to_string()))?;
        let run = |name: &str| name.strip_suffix(ENDING).map(str::to_owned);
        Ok(entries.iter().filter_map(|entry| Some((run(&entry.name)?, entry.n_bytes))).collect())
    }

    async fn read(&self, id: &str) -> Result<Option<Vec<u8>>, Trouble> {
        FOLDER.read(&file_name(id)).await.map_err(|error| Trouble::NotRead(error.to_string()))
    }

    async fn lock(&self, id: &str) -> Result<WebLock, Trouble> {
        let lock = WebLock::request(&format!("runs/{id}"), LockMode::Exclusive, Patience::BRIEF).await;
        lock.map_err(|error| match error {
            NoLock::Held => Trouble::Held,
            NoLock::Failed(why) => Trouble::NotWritten(format!("it could not be locked: {why}")),
        })
    }

    async fn write(&self, id: &str, at: u64, text: &str) -> Result<(), Trouble> {
        let written = FOLDER.write(&file_name(id), at, text.as_bytes()).await;
        written.map_err(|error| Trouble::NotWritten(error.to_string()))
    }

    async fn remove(&self, id: &str) -> Result<(), Trouble> {
        FOLDER.remove(&file_name(id)).await.map_err(|error| Trouble::NotWritten(error.to_string()))
    }

    fn warn(&self, what: &str) {
        web_sys::console::warn_1(&what.into());
    }
}
