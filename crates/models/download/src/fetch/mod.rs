//! One file, from its mirrors into the store.
//!
//! [`Fetch`] goes over the mirrors (`mirrors`); each attempt (`attempt`) asks one of them for
//! the first run of chunks that are missing, judges its answer (`answer`), and puts chunk after chunk in place
//! (`take`). [`Stored`] is the file in the store: bytes first, then their record.

mod answer;
mod attempt;
mod check;
mod chunk;
mod document;
mod look;
mod mirrors;
mod room;
mod stored;
mod take;
mod way;
mod whole;

pub(crate) use self::{
    check::Check,
    document::document,
    look::look,
    room::check_room,
    stored::{Stored, read_manifest},
    way::{Ended, Way},
};
use std::ops::Range;

use crate::{CHUNK_BYTES, Network, Shelf, ShelfError, Wanted, stop::Stop};

/// Says whether a file of this length is complete by its own contents, or why not. The second argument reads it.
pub type Judge = fn(u64, &mut dyn FnMut(Range<u64>) -> Result<Vec<u8>, ShelfError>) -> Result<(), String>;

/// How files are fetched.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Length of the chunks of files that are new in the store. Tests have small ones.
    pub chunk_bytes: u32,
    /// The part of the browser's quota that is left free, in bytes.
    pub margin_bytes: u64,
    /// A connection counts as broken after this many seconds without a byte.
    pub patience_secs: f64,
    /// Decides whether a file is whole: a host may state a length that is too short.
    pub judge: Judge,
}

impl Default for Settings {
    fn default() -> Self {
        Self { chunk_bytes: CHUNK_BYTES, margin_bytes: 1 << 20, patience_secs: 60.0, judge: |_, _| Ok(()) }
    }
}

/// What is reported about a file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// Bytes are in place.
    Progress {
        /// How many.
        n_done: u64,
        /// Of how many.
        n_total: Option<u64>,
        /// That came over the network.
        n_received: u64,
    },
    /// Something a person should know.
    Warned(String),
}

/// A file on its way into the store. Whoever has this holds its lock.
pub(crate) struct Fetch<'a, N, S: Shelf> {
    way: Way<'a, N>,
    shelf: &'a S,
    settings: Settings,
    wanted: &'a Wanted,
    stored: Stored<'a, S>,
    tell: &'a dyn Fn(Happening),
    told_at_secs: Option<f64>,
    n_received: u64,
    /// The beginning of the first missing chunk, as far as it came before a connection broke.
    partial: Vec<u8>,
    /// Whether the bytes that come are only compared with those in the store.
    is_comparing: bool,
    sum: whole::Sum,
    /// A mirror that does not accept If-Range.
    no_if_range: Option<String>,
    warned_no_resume: bool,
}

impl<'a, N: Network, S: Shelf> Fetch<'a, N, S> {
    pub(crate) async fn open(
        network: &'a N,
        shelf: &'a S,
        stop: &'a Stop,
        settings: Settings,
        key: &str,
        wanted: &'a Wanted,
        tell: &'a dyn Fn(Happening),
    ) -> Result<Self, Ended> {
        let (stored, was_another) = Stored::open(shelf, key, wanted, settings.chunk_bytes).await?;
        if was_another {
            tell(Happening::Warned(format!(
                "What had arrived of {} belongs to another version of it. It is fetched from the start.",
                wanted.name
            )));
        }
        Ok(Self {
            way: Way { network, stop, patience_secs: settings.patience_secs },
            shelf,
            settings,
            wanted,
            stored,
            tell,
            told_at_secs: None,
            n_received: 0,
            partial: Vec::new(),
            is_comparing: false,
            sum: whole::Sum::default(),
            no_if_range: None,
            warned_no_resume: false,
        })
    }

    /// Bytes that came over the network.
    pub(crate) fn n_received(&self) -> u64 {
        self.n_received
    }

    /// Reports progress, at most ten times a second unless the pace is `Now`.
    fn tell_progress(&mut self, pace: Pace) {
        let now = self.way.network.now_secs();
        // A clock may be set back.
        let is_early = self.told_at_secs.is_some_and(|told| (0.0..0.1).contains(&(now - told)));
        if is_early && pace == Pace::Seldom {
            return;
        }
        self.told_at_secs = Some(now);
        let n_partial = if self.is_comparing { 0 } else { self.partial.len() as u64 };
        (self.tell)(Happening::Progress {
            n_done: self.stored.n_done() + n_partial,
            n_total: self.stored.n_total().or(self.wanted.n_bytes),
            n_received: self.n_received,
        });
    }

    fn warn(&self, warning: String) {
        (self.tell)(Happening::Warned(warning));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    Seldom,
    Now,
}
