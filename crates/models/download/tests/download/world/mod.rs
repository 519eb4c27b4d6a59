//! A world for downloads, in memory: hosts that misbehave as instructed, a shelf that may be full or crash, locks, and a clock that
//! moves only when everybody waits.

mod clock;
mod hosts;
mod locks;
mod shelf;

use std::{cell::RefCell, ops::Range, pin::Pin, rc::Rc};

pub(crate) use self::{
    clock::Clock,
    hosts::{Fault, Hosted, Hosts},
    locks::MemoryLocks,
    shelf::MemoryShelf,
};
use download::{Keeper, Order, OrderId, Report, Settings, ShelfError, StoredModel, Trouble, Wanted, Wish};
use sha2::Digest;

/// Length of chunks in these tests.
pub(crate) const CHUNK: u32 = 64;
pub(crate) const SETTINGS: Settings =
    Settings { chunk_bytes: CHUNK, margin_bytes: 100, patience_secs: 60.0, judge: |_, read| judge(read) };

/// The files of these tests do not say their length, except those that end in this.
pub(crate) const CUT: &[u8] = b"CUT";

fn judge(read: &mut dyn FnMut(Range<u64>) -> Result<Vec<u8>, ShelfError>) -> Result<(), String> {
    let all = read(0..1 << 20).map_err(|error| error.to_string())?;
    if all.ends_with(CUT) { Err("it ends early".to_owned()) } else { Ok(()) }
}
pub(crate) const ID: OrderId = OrderId(7);

/// Everything outside the keeper. A clone is another tab of the same browser.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) hosts: Hosts,
    pub(crate) shelf: MemoryShelf,
    pub(crate) locks: MemoryLocks,
}

pub(crate) type Told = Rc<RefCell<Vec<Report>>>;
type Tell = Box<dyn Fn(Report)>;
pub(crate) type TestKeeper = Keeper<Hosts, MemoryShelf, MemoryLocks, Tell>;

impl World {
    pub(crate) fn new() -> Self {
        let world = Self::default();
        world.hosts.set_clock(world.clock.clone());
        world
    }

    /// A keeper as a tab has it, and what it reports.
    pub(crate) fn keeper(&self) -> (Rc<TestKeeper>, Told) {
        let told = Told::default();
        let tell: Tell = Box::new({
            let told = Rc::clone(&told);
            move |report| told.borrow_mut().push(report)
        });
        let keeper =
            Keeper::with_settings(self.hosts.clone(), self.shelf.clone(), self.locks.clone(), tell, SETTINGS);
        (Rc::new(keeper), told)
    }

    /// What a fresh tab reports about one order.
    pub(crate) fn obey(&self, order: Order) -> Vec<Report> {
        let (keeper, told) = self.keeper();
        self.clock.run(vec![Box::pin(async move { keeper.obey(order).await })]);
        told.take()
    }

    pub(crate) fn fetch(&self, files: Vec<Wanted>) -> Vec<Report> {
        self.obey(fetch_order(files))
    }

    pub(crate) fn run(&self, tasks: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
        self.clock.run(tasks);
    }

    /// The bytes of a stored file.
    pub(crate) fn data(&self, key: &str) -> Vec<u8> {
        self.shelf.contents(&download::data_name(key)).unwrap_or_default()
    }
}

pub(crate) fn fetch_order(files: Vec<Wanted>) -> Order {
    Order::Fetch { id: ID, wish: Wish { title: "Test model".to_owned(), entry: None, files } }
}

pub(crate) fn wanted(name: &str, mirrors: &[&str]) -> Wanted {
    Wanted {
        name: name.to_owned(),
        mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
        n_bytes: None,
        sha256: None,
    }
}

/// A file that begins like GGUF; different seeds, different bytes.
pub(crate) fn sample(n_bytes: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed * 2 + 1);
    let mut bytes = b"GGUF".to_vec();
    bytes.resize_with(n_bytes, || random.next() as u8);
    bytes
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// xorshift64*
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 24
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// The model that was fetched and the bytes that came over the network for it.
pub(crate) fn fetched(reports: &[Report]) -> (StoredModel, u64) {
    match reports.last() {
        Some(Report::Fetched { model, n_received, .. }) => (model.clone(), *n_received),
        other => panic!("expected Fetched, got {other:?}"),
    }
}

pub(crate) fn failed(reports: &[Report]) -> Trouble {
    match reports.last() {
        Some(Report::Failed { trouble, .. }) => trouble.clone(),
        other => panic!("expected Failed, got {other:?}"),
    }
}

pub(crate) fn warnings(reports: &[Report]) -> Vec<String> {
    let warning = |report: &Report| match report {
        Report::Warned { warning, .. } => Some(warning.clone()),
        _ => None,
    };
    reports.iter().filter_map(warning).collect()
}
