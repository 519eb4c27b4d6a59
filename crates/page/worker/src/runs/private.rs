use runs::{RunError, RunStore};
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

impl RunStore for Private {
    type Lock = WebLock;

    const IS_ON_DISK: bool = true;

    async fn list(&self) -> Result<Vec<(String, u64)>, RunError> {
        let entries = FOLDER.list().await.map_err(|error| RunError::NotRead(error.to_string()))?;
        let run = |name: &str| name.strip_suffix(ENDING).map(str::to_owned);
        Ok(entries.iter().filter_map(|entry| Some((run(&entry.name)?, entry.n_bytes))).collect())
    }

    async fn read(&self, id: &str) -> Result<Option<Vec<u8>>, RunError> {
        FOLDER.read(&file_name(id)).await.map_err(|error| RunError::NotRead(error.to_string()))
    }

    async fn lock(&self, id: &str) -> Result<WebLock, RunError> {
        let lock = WebLock::request(&format!("runs/{id}"), LockMode::Exclusive, Patience::BRIEF).await;
        lock.map_err(|error| match error {
            NoLock::Held => RunError::Held,
            NoLock::Failed(why) => RunError::NotWritten(format!("it could not be locked: {why}")),
        })
    }

    async fn write(&self, id: &str, at: u64, text: &str) -> Result<(), RunError> {
        let written = FOLDER.write(&file_name(id), at, text.as_bytes()).await;
        written.map_err(|error| RunError::NotWritten(error.to_string()))
    }

    async fn remove(&self, id: &str) -> Result<(), RunError> {
        FOLDER.remove(&file_name(id)).await.map_err(|error| RunError::NotWritten(error.to_string()))
    }

    fn warn(&self, what: &str) {
        web_sys::console::warn_1(&what.into());
    }
}
