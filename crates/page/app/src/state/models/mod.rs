//! Models beyond the one that comes with the page: what hosts list, what is being fetched, what the browser's store holds. A
//! person's acts and the downloader's reports change it.

mod acts;
mod card;
mod device;
mod download;
mod listing;
mod opening;
#[cfg(test)]
mod opening_tests;
mod own;
mod pace;
mod reports;
#[cfg(test)]
mod tests;
mod words;

pub(super) use acts::act;
pub use acts::{StoreAct, all_keys};
pub use card::{Card, entries};
pub use device::DeviceFacts;
pub use download::{Download, FileProgress, Kind, Stage, key_of};
pub use listing::{Listing, Looking};
pub(super) use opening::{model_failed, model_ready, vision_failed, worker_died};
pub use own::wish_of_addresses;
pub(super) use reports::{apply_report, downloader_died};
pub use words::{allowed, whole_bytes};

use std::collections::BTreeMap;

use ::download::{ModelKey, Order, OrderId, Space, StoredModel, Wish};

use super::{Effect, ModelState, Pair, State, View, WorkerState};
use opening::Opening;

/// Models that can be fetched, are being fetched, or lie in the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Models {
    /// The context that reaches the network.
    pub downloader: Downloader,
    /// What hosts list of the catalogue's entries, by their ids.
    pub listings: BTreeMap<String, Listing>,
    /// What a host lists of the place that a person named.
    pub own: Option<Listing>,
    /// Running, resting and over, the latest first.
    pub downloads: Vec<Download>,
    /// Whole models in the store, the latest used first; `None` until the downloader told.
    pub stored: Option<Vec<StoredModel>>,
    /// Room in this browser.
    pub space: Space,
    /// Whether the browser keeps the store until a person clears it; `None` until it told.
    pub is_persistent: Option<bool>,
    /// What the browser tells of the machine.
    pub device: DeviceFacts,
    /// What happened last, for a screen reader.
    pub news: String,
    opening: Option<Opening>,
    /// To be deleted as soon as another model is in the worker.
    to_delete: Vec<ModelKey>,
    /// Inventories and deletions that are not answered yet.
    asides: Vec<OrderId>,
    /// The open model is on its way out, because its files are needed.
    is_closing: bool,
    /// The stored model that was mended and opened again: it is not checked a second time.
    mended: Option<ModelKey>,
    last_order: u32,
    last_download: u32,
}

/// Whether the context that reaches the network runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Downloader {
    /// Nothing needed it yet.
    #[default]
    Idle,
    /// It is on its way.
    Starting,
    /// It takes orders.
    Running,
    /// It ended by itself.
    Died {
        /// Why.
        why: String,
    },
}

impl Downloader {
    /// The value of `data-downloader`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Idle | Self::Starting => "starting",
            Self::Running => "running",
            Self::Died { .. } => "died",
        }
    }
}

impl Models {
    /// A download by the number that the page gave it.
    pub fn download(&self, number: u32) -> Option<&Download> {
        self.downloads.iter().find(|download| download.number == number)
    }

    /// A whole model of the store.
    pub fn stored(&self, key: &ModelKey) -> Option<&StoredModel> {
        self.stored.iter().flatten().find(|model| model.key == *key)
    }

    /// Whether a stored model is on its way into the worker, or being checked for that.
    pub fn is_opening(&self, key: &ModelKey) -> bool {
        self.opening.as_ref().is_some_and(|opening| opening.key == *key)
    }

    /// Whether an inventory or a deletion was waited for; it no longer is.
    fn take_aside(&mut self, id: OrderId) -> bool {
        let n_before = self.asides.len();
        self.asides.retain(|aside| *aside != id);
        self.asides.len() < n_before
    }
}

impl State {
    /// The stored model that answers, or did when the worker ended.
    pub fn open_stored(&self) -> Option<&ModelKey> {
        match &self.pair {
            Pair::Stored(key) => Some(key),
            Pair::Bundled | Pair::Files(_) => None,
        }
    }

    /// Whether the worker may hold a stored model's files.
    fn holds(&self, key: &ModelKey) -> bool {
        let is_opening =
            self.models.opening.as_ref().is_some_and(|it| it.key == *key && it.checking.is_none());
        (self.open_stored() == Some(key) || is_opening) && self.worker != WorkerState::Died
    }

    /// Puts the model that comes with the page in place of a stored one, whose files are needed.
    fn make_way(&mut self) {
        self.models.is_closing = true;
        self.load_model(Pair::Bundled);
    }

    /// Starts the downloader when the page has its first model, or none after all, or a person looks for others.
    pub(super) fn start_downloader_when_due(&mut self) {
        let is_time = self.view.current == View::Models
            || matches!(self.model, ModelState::Ready(_) | ModelState::Failed(_));
        if is_time && self.models.downloader == Downloader::Idle {
            self.start_downloader();
        }
    }

    /// Starts the downloader, unless it is there or on its way.
    fn start_downloader(&mut self) {
        if matches!(self.models.downloader, Downloader::Idle | Downloader::Died { .. }) {
            self.models.downloader = Downloader::Starting;
            self.effects.push(Effect::StartDownloader);
        }
    }

    fn order(&mut self, order: impl FnOnce(OrderId) -> Order) -> OrderId {
        self.models.last_order += 1;
        let id = OrderId(self.models.last_order);
        self.give(order(id));
        id
    }

    fn give(&mut self, order: Order) {
        self.start_downloader();
        if matches!(order, Order::Fetch { .. }) && self.models.is_persistent != Some(true) {
            self.effects.push(Effect::Persist);
        }
        self.effects.push(Effect::ToDownloader(order));
    }

    fn take_inventory(&mut self) {
        let id = self.order(|id| Order::Inventory { id });
        self.models.asides.push(id);
    }

    fn delete(&mut self, models: Vec<ModelKey>) {
        let id = self.order(|id| Order::Delete { id, models });
        self.models.asides.push(id);
    }

    /// Begins to fetch; nothing happens if the same model is on its way already. One that rests goes on.
    fn fetch(&mut self, wish: Wish) {
        let key = key_of(&wish);
        let models = &mut self.models;
        if let Some(same) = models.downloads.iter().position(|it| it.key == key && it.kind != Kind::Check) {
            if models.downloads[same].stage.is_under_way() {
                return;
            }
            models.downloads.remove(same);
        }
        let order = self.order(|id| Order::Fetch { id, wish: wish.clone() });
        let models = &mut self.models;
        models.last_download += 1;
        models.downloads.insert(0, Download::fetch(models.last_download, order, key, wish));
    }

    fn check(&mut self, model: &StoredModel) -> OrderId {
        self.models.downloads.retain(|it| it.key != model.key || it.stage.is_under_way());
        let order = self.order(|id| Order::Check { id, model: model.key.clone() });
        let models = &mut self.models;
        models.last_download += 1;
        models.downloads.insert(0, Download::check(models.last_download, order, model));
        order
    }
}
