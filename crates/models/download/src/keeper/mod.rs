//! Executes orders: the whole behaviour of the context that reaches the network.

mod delete;
mod fetch_order;
mod records;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use crate::{
    Keep, Locks, ModelKey, Network, Order, OrderId, Place, Report, Shelf, Wanted,
    fetch::{Check, Ended, Fetch, Happening, Settings, Way, document, look},
    file_key, lock_name,
    stop::Stop,
    trouble,
};

/// Executes orders over a network, a shelf and its locks, and sends reports.
///
/// Several orders may run at once, each as its own future of [`Keeper::obey`]; a lock keeps two of them from the same file, in this
/// tab and across tabs.
pub struct Keeper<N, S, L, T> {
    network: N,
    shelf: S,
    locks: L,
    tell: T,
    settings: Settings,
    /// The stops of the running orders. Never borrowed across an await.
    running: RefCell<BTreeMap<OrderId, Rc<Stop>>>,
}

impl<N: Network, S: Shelf, L: Locks, T: Fn(Report)> Keeper<N, S, L, T> {
    /// A keeper with the usual settings.
    pub fn new(network: N, shelf: S, locks: L, tell: T) -> Self {
        Self::with_settings(network, shelf, locks, tell, Settings::default())
    }

    /// A keeper with other settings.
    pub fn with_settings(network: N, shelf: S, locks: L, tell: T, settings: Settings) -> Self {
        Self { network, shelf, locks, tell, settings, running: RefCell::default() }
    }

    /// Executes an order and sends its reports, the last of which ends it. A `Stop` acts as soon as this is polled.
    pub async fn obey(&self, order: Order) {
        match order {
            Order::Stop { id, keep } => {
                let stop = self.running.borrow().get(&id).cloned();
                if let Some(stop) = stop {
                    stop.set(keep);
                }
            }
            Order::Used { model } => self.note_use(&model).await,
            Order::List { id, place } => self.run(id, async |stop| self.list(id, stop, &place).await).await,
            Order::Look { id, files } => self.run(id, async |stop| self.look(id, stop, &files).await).await,
            Order::Fetch { id, wish } => self.run(id, async |stop| self.fetch(id, stop, &wish).await).await,
            Order::Check { id, model } => self.run(id, async |stop| self.check(id, stop, &model).await).await,
            Order::Inventory { id } => self.run(id, async |_| self.inventory(id).await).await,
            Order::Delete { id, models } => {
                self.run(id, async |stop| self.delete(id, stop, &models).await).await
            }
        }
    }

    /// Runs an order that can be stopped, and sends its last report.
    async fn run(&self, id: OrderId, order: impl AsyncFnOnce(&Stop) -> Result<Report, Ended>) {
        let stop = Rc::new(Stop::default());
        self.running.borrow_mut().insert(id, Rc::clone(&stop));
        let report = match order(&stop).await {
            Ok(report) => report,
            Err(Ended::Stopped(_)) => Report::Stopped { id },
            Err(Ended::Failed(trouble)) => Report::Failed { id, trouble },
        };
        self.running.borrow_mut().remove(&id);
        (self.tell)(report);
    }

    fn way<'a>(&'a self, stop: &'a Stop) -> Way<'a, N> {
        Way { network: &self.network, stop, patience_secs: self.settings.patience_secs }
    }

    async fn list(&self, id: OrderId, stop: &Stop, place: &Place) -> Result<Report, Ended> {
        let bytes = document(self.way(stop), &place.to_string(), &place.list_url()).await?;
        Ok(Report::Listed { id, files: place.read_list(&bytes)? })
    }

    async fn look(&self, id: OrderId, stop: &Stop, wanted: &[Wanted]) -> Result<Report, Ended> {
        let mut files = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            files.push(look(self.way(stop), wanted).await?);
        }
        Ok(Report::Looked { id, files })
    }

    async fn check(&self, id: OrderId, stop: &Stop, model: &ModelKey) -> Result<Report, Ended> {
        let Some(record) = self.record(model).await? else {
            return Err(trouble::no_such_model(&model.0).into());
        };
        let mut sum = Check::default();
        for (place, wanted) in record.files.iter().enumerate() {
            let key = file_key(wanted);
            let _lock = self.lock(id, stop, &key).await?;
            if !self.stored_file(wanted).await?.is_whole {
                return Err(trouble::not_whole(&wanted.name).into());
            }
            let tell = |happening| self.tell_of_file(id, place, happening);
            let mut file =
                Fetch::open(&self.network, &self.shelf, stop, self.settings, &key, wanted, &tell).await?;
            let check = file.check().await?;
            sum.n_chunks += check.n_chunks;
            sum.n_repaired += check.n_repaired;
        }
        Ok(Report::Checked { id, n_chunks: sum.n_chunks, n_repaired: sum.n_repaired })
    }

    /// The lock of a file. If the order has to wait for it, that is reported.
    async fn lock(&self, id: OrderId, stop: &Stop, key: &str) -> Result<L::Guard, Ended> {
        let name = lock_name(key);
        if let Some(guard) = stop.until(self.locks.try_lock(&name)).await?? {
            return Ok(guard);
        }
        (self.tell)(Report::Waiting { id });
        Ok(stop.until(self.locks.lock(&name)).await??)
    }

    fn tell_of_file(&self, id: OrderId, place: usize, happening: Happening) {
        (self.tell)(match happening {
            Happening::Progress { n_done, n_total, n_received } => {
                Report::Progress { id, file: place as u32, n_done, n_total, n_received }
            }
            Happening::Warned(warning) => Report::Warned { id, warning },
        });
    }
}

/// Whether the bytes that have arrived are dropped.
fn keeps_nothing(ended: &Ended) -> bool {
    matches!(ended, Ended::Stopped(Keep::Nothing))
}
