use download::{Locks, ShelfError};
use web::{LockMode, NoLock, Patience, WebLock};

/// The locks of this origin, which all tabs share.
pub(crate) struct WebLocks;

impl Locks for WebLocks {
    type Guard = WebLock;

    async fn try_lock(&self, name: &str) -> Result<Option<WebLock>, ShelfError> {
        match WebLock::request(name, LockMode::Exclusive, Patience::None).await {
            Ok(lock) => Ok(Some(lock)),
            Err(NoLock::Held) => Ok(None),
            Err(error) => Err(refused(name, &error)),
        }
    }

    async fn lock(&self, name: &str) -> Result<WebLock, ShelfError> {
        let lock = WebLock::request(name, LockMode::Exclusive, Patience::Endless).await;
        lock.map_err(|error| refused(name, &error))
    }
}

fn refused(name: &str, error: &NoLock) -> ShelfError {
    ShelfError::Failed(format!("the lock {name} was not granted: {error}"))
}
