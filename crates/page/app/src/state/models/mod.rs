//! Models beyond the one that comes with the page: what hosts list, what is being fetched, what the browser's store holds. A
//! person's acts and the downloader's reports change it; the orders that follow lie in an outbox, which the page empties.

pub mod acts;
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

pub use card::{Card, entries};
pub use device::DeviceFacts;
pub use download::{Download, FileProgress, Kind, Stage, key_of};
pub use listing::{Listing, Looking};
pub(super) use opening::{
    asked as stored_model_asked, model_failed, model_ready, other_model, vision_failed, worker_died,
};
pub use own::wish_of_addresses;
pub use reports::{apply_report, downloader_died};
pub use words::{allowed, whole_bytes};

use std::collections::BTreeMap;

use ::download::{ModelKey, Order, OrderId, Space, StoredModel, Wish};

use super::{Pair, State, WorkerState};
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
    outbox: Vec<Order>,
    /// Inventories and deletions that are not answered yet.
    asides: Vec<OrderId>,
    /// The open model must make way for another: its files are needed.
    to_close: bool,
    /// It is on its way out for that.
    is_closing: bool,
    /// The stored model that was mended and opened again: it is not checked a second time.
    mended: Option<ModelKey>,
    last_order: u32,
    last_download: u32,
}

/// Whether the context that reaches the network runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Downloader {
    /// It is not asked for yet, or on its way.
    #[default]
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
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Died { .. } => "died",
        }
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
}

impl Models {
    /// What the downloader is to be told, in order. Each order is given once.
    pub fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.outbox)
    }

    /// Whether there is an order to take.
    pub fn has_orders(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Whether the open model must make way. The page loads the one that comes with it then, and is told so once.
    pub fn take_close(&mut self) -> bool {
        let to_close = std::mem::take(&mut self.to_close);
        self.is_closing |= to_close;
        to_close
    }

    /// Whether [`Self::take_close`] has something to tell.
    pub fn wants_close(&self) -> bool {
        self.to_close
    }

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

    fn order(&mut self, order: impl FnOnce(OrderId) -> Order) -> OrderId {
        self.last_order += 1;
        let id = OrderId(self.last_order);
        self.outbox.push(order(id));
        id
    }

    fn take_inventory(&mut self) {
        let id = self.order(|id| Order::Inventory { id });
        self.asides.push(id);
    }

    fn delete(&mut self, models: Vec<ModelKey>) {
        let id = self.order(|id| Order::Delete { id, models });
        self.asides.push(id);
    }

    /// Whether an inventory or a deletion was waited for; it no longer is.
    fn take_aside(&mut self, id: OrderId) -> bool {
        let n_before = self.asides.len();
        self.asides.retain(|aside| *aside != id);
        self.asides.len() < n_before
    }

    /// Begins to fetch; nothing happens where the same model is on its way already. One that rests goes on.
    fn fetch(&mut self, wish: Wish) {
        let key = key_of(&wish);
        if let Some(same) = self.downloads.iter().position(|it| it.key == key && it.kind != Kind::Check) {
            if self.downloads[same].stage.is_under_way() {
                return;
            }
            self.downloads.remove(same);
        }
        let order = self.order(|id| Order::Fetch { id, wish: wish.clone() });
        self.last_download += 1;
        self.downloads.insert(0, Download::fetch(self.last_download, order, key, wish));
    }

    fn check(&mut self, model: &StoredModel) -> OrderId {
        self.downloads.retain(|it| it.key != model.key || it.stage.is_under_way());
        let order = self.order(|id| Order::Check { id, model: model.key.clone() });
        self.last_download += 1;
        self.downloads.insert(0, Download::check(self.last_download, order, model));
        order
    }
}
