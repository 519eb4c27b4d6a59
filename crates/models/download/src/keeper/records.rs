use serde::{Deserialize, Serialize};

use super::Keeper;
use crate::{
    Ledger, Locks, ModelKey, Network, OrderId, Report, Shelf, ShelfError, StoredFile, StoredModel, Wanted,
    Wish,
    fetch::{Ended, read_manifest},
    file_key, ledger_name, model_name,
    names::model_of,
};

const VERSION: u32 = 1;

/// The record of a model in the store. Its files have manifests of their own, once their download has begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ModelRecord {
    pub(super) version: u32,
    pub(super) title: String,
    pub(super) entry: Option<String>,
    /// As they were in the wish, so that it can be repeated with the same keys before any of their downloads has begun.
    pub(super) files: Vec<Wanted>,
    pub(super) used_at_secs: f64,
}

impl ModelRecord {
    pub(super) fn new(wish: &Wish, used_at_secs: f64) -> Self {
        let Wish { title, entry, files } = wish.clone();
        Self { version: VERSION, title, entry, files, used_at_secs }
    }

    /// The keys of its files, in the order of the wish.
    pub(super) fn keys(&self) -> impl Iterator<Item = String> {
        self.files.iter().map(file_key)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|record: &Self| record.version == VERSION)
    }
}

impl<N: Network, S: Shelf, L: Locks, T: Fn(crate::Report)> Keeper<N, S, L, T> {
    /// The record of a model; `None` if there is none, or if it cannot be read: a fetch writes it again.
    pub(super) async fn record(&self, model: &ModelKey) -> Result<Option<ModelRecord>, ShelfError> {
        Ok(self.shelf.read_small(&model_name(model)).await?.and_then(|bytes| ModelRecord::parse(&bytes)))
    }

    pub(super) async fn save_record(&self, model: &ModelKey, record: &ModelRecord) -> Result<(), ShelfError> {
        // A struct of strings and numbers has a JSON form.
        let bytes = serde_json::to_vec_pretty(record).unwrap_or_default();
        self.shelf.write_small(&model_name(model), &bytes).await
    }

    /// Every model that has a record.
    pub(super) async fn records(&self) -> Result<Vec<(ModelKey, ModelRecord)>, ShelfError> {
        let mut records = Vec::new();
        for (name, _) in self.shelf.list().await? {
            if let Some(model) = model_of(&name)
                && let Some(record) = self.record(&model).await?
            {
                records.push((model, record));
            }
        }
        Ok(records)
    }

    /// What the store has of a file, without opening it.
    pub(super) async fn stored_file(&self, wanted: &Wanted) -> Result<StoredFile, ShelfError> {
        let key = file_key(wanted);
        let manifest = read_manifest(&self.shelf, &key).await?;
        let ledger = self.shelf.read_small(&ledger_name(&key)).await?;
        // A ledger that cannot be read is ignored, as it is when the file is opened.
        let ledger = ledger.and_then(|bytes| Ledger::parse(&bytes).ok());
        let n_told = manifest.as_ref().and_then(|manifest| manifest.n_bytes).or(wanted.n_bytes);
        let has_all = ledger.as_ref().is_some_and(Ledger::is_whole);
        Ok(StoredFile {
            key,
            name: wanted.name.clone(),
            mirrors: wanted.mirrors.clone(),
            n_done: ledger.as_ref().map_or(0, Ledger::n_done),
            n_total: ledger.as_ref().map(Ledger::n_total).or(n_told),
            // Not what a host said later: with that the same wish would have another key.
            sha256: wanted.sha256.clone(),
            is_whole: manifest.is_some_and(|manifest| manifest.is_whole) && has_all,
        })
    }

    pub(super) async fn stored_model(
        &self,
        key: ModelKey,
        record: ModelRecord,
    ) -> Result<StoredModel, ShelfError> {
        let mut files = Vec::with_capacity(record.files.len());
        for wanted in &record.files {
            files.push(self.stored_file(wanted).await?);
        }
        let ModelRecord { title, entry, used_at_secs, .. } = record;
        Ok(StoredModel { key, title, entry, files, used_at_secs })
    }

    pub(super) async fn inventory(&self, id: OrderId) -> Result<Report, Ended> {
        let mut models = Vec::new();
        for (key, record) in self.records().await? {
            models.push(self.stored_model(key, record).await?);
        }
        models.sort_by(|a, b| b.used_at_secs.total_cmp(&a.used_at_secs));
        Ok(Report::Inventory { id, models, space: self.shelf.space().await })
    }

    /// Records that a model is used now. Errors are not reported: a date that is not written harms nobody.
    pub(super) async fn note_use(&self, model: &ModelKey) {
        if let Ok(Some(mut record)) = self.record(model).await {
            record.used_at_secs = self.network.now_secs();
            let _not_told = self.save_record(model, &record).await;
        }
    }
}
