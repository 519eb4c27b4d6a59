use sha2::{Digest, Sha256};

use super::{Ended, Fetch, Pace};
use crate::{Ledger, Network, Shelf};

/// The SHA-256 of a file's beginning.
#[derive(Default)]
pub(super) struct Sum {
    hasher: Sha256,
    /// The first chunk that is not in it.
    next: u32,
}

impl Sum {
    /// Takes a chunk in if it is the next one.
    pub(super) fn follow(&mut self, index: u32, bytes: &[u8]) {
        if index == self.next {
            self.hasher.update(bytes);
            self.next += 1;
        }
    }

    fn hex(&self) -> String {
        self.hasher.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a file that has every chunk turns out to be.
pub(super) enum Verdict {
    /// Whole.
    Whole,
    /// Chunks in the store are not what arrived; they are forgotten.
    Gaps,
    /// The bytes are not those of the hash.
    Wrong(String),
    /// By its own header the file has more than the host gave.
    Incomplete(String),
}

impl<N: Network, S: Shelf> Fetch<'_, N, S> {
    /// Compares the whole with its SHA-256, where that is known, and notes that the file is whole.
    pub(super) async fn verify(&mut self) -> Result<Verdict, Ended> {
        if let Some(expected) = self.stored.manifest().sha256.clone() {
            if !self.catch_up().await? {
                return Ok(Verdict::Gaps);
            }
            let found = self.sum.hex();
            if found != expected {
                return Ok(Verdict::Wrong(format!("its SHA-256 is {found}, and {expected} was expected")));
            }
        }
        let n_bytes = self.stored.n_total().unwrap_or_default();
        if let Err(why) = (self.settings.judge)(n_bytes, &mut |range| self.stored.bytes(range)) {
            return Ok(Verdict::Incomplete(why));
        }
        self.stored.amend(|manifest| manifest.is_whole = true).await?;
        self.tell_progress(Pace::Now);
        Ok(Verdict::Whole)
    }

    /// Takes into the sum what was in the store before, and says whether that is what arrived then.
    async fn catch_up(&mut self) -> Result<bool, Ended> {
        let n_chunks = self.stored.ledger().map_or(0, Ledger::n_chunks);
        while self.sum.next < n_chunks {
            let index = self.sum.next;
            let bytes = self.stored.read(index)?;
            if self.stored.ledger().is_some_and(|ledger| ledger.check(index, &bytes).is_err()) {
                self.stored.forget(&[index]).await?;
                return Ok(false);
            }
            self.sum.follow(index, &bytes);
            // Reading does not wait, so messages get in here.
            self.way.pause(0.0).await?;
        }
        Ok(true)
    }
}
