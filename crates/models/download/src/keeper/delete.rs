use std::collections::BTreeSet;

use super::Keeper;
use crate::{
    Locks, ModelKey, Network, OrderId, Report, Shelf, data_name,
    fetch::Ended,
    ledger_name, lock_name, manifest_name, model_name,
    names::file_of,
    stop::{self, Stop},
    trouble,
};

/// How long to wait for a file that is in use: an order that was stopped a moment ago releases it soon.
const PATIENCE_SECS: f64 = 3.0;

impl<N: Network, S: Shelf, L: Locks, T: Fn(Report)> Keeper<N, S, L, T> {
    pub(super) async fn delete(
        &self,
        id: OrderId,
        stop: &Stop,
        models: &[ModelKey],
    ) -> Result<Report, Ended> {
        let n_freed = self.delete_models(stop, models).await?;
        Ok(Report::Deleted { id, n_freed })
    }

    /// Deletes models and the files that no other model shares, and says how many bytes that freed. Files without any model,
    /// which a crash may leave, are deleted too.
    pub(super) async fn delete_models(&self, stop: &Stop, models: &[ModelKey]) -> Result<u64, Ended> {
        let mut doomed = BTreeSet::new();
        let mut kept = BTreeSet::new();
        let mut titles = Vec::new();
        for (model, record) in self.records().await? {
            if models.contains(&model) {
                doomed.extend(record.keys());
                titles.push((model, record.title));
            } else {
                kept.extend(record.keys());
            }
        }
        // All or nothing: the locks of all these files are taken before the first file is deleted.
        let mut guards = Vec::new();
        for key in doomed.difference(&kept) {
            let name = lock_name(key);
            let limit = self.network.pause(PATIENCE_SECS);
            match stop.until(stop::before(self.locks.lock(&name), limit)).await? {
                Some(guard) => guards.push(guard?),
                None => {
                    return Err(
                        trouble::in_use(titles.first().map_or(key.as_str(), |(_, title)| title)).into()
                    );
                }
            }
        }
        let mut n_freed = 0;
        for model in models {
            // A model whose record cannot be read has no files here. Its record is deleted as well.
            self.shelf.remove(&model_name(model)).await?;
        }
        for key in doomed.difference(&kept) {
            n_freed += self.remove_file(key).await?;
        }
        drop(guards);
        Ok(n_freed + self.sweep().await?)
    }

    /// Removes files that belong to no model.
    async fn sweep(&self) -> Result<u64, Ended> {
        let names = self.shelf.list().await?;
        let orphans: BTreeSet<&str> = names.iter().filter_map(|(name, _)| file_of(name)).collect();
        let mut n_freed = 0;
        for key in orphans {
            // Another order may have begun to fetch it by now.
            let Some(_lock) = self.locks.try_lock(&lock_name(key)).await? else { continue };
            let is_owned =
                self.records().await?.iter().any(|(_, record)| record.keys().any(|its| its == key));
            if !is_owned {
                n_freed += self.remove_file(key).await?;
            }
        }
        Ok(n_freed)
    }

    /// Removes a file: first the manifest, which says that it is whole, and last its bytes.
    async fn remove_file(&self, key: &str) -> Result<u64, Ended> {
        let names = [manifest_name(key), ledger_name(key), data_name(key)];
        let sizes = self.shelf.list().await?;
        for name in &names {
            self.shelf.remove(name).await?;
        }
        Ok(sizes.iter().filter(|(name, _)| names.contains(name)).map(|(_, n_bytes)| n_bytes).sum())
    }
}
