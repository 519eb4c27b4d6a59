use sha2::{Digest, Sha256};

use super::{Ended, Fetch, Pace};
use crate::{Ledger, Network, Shelf};

/// The SHA-256 of the beginning of a file.
#[derive(Default)]
pub(super) struct Sum {
    hasher: Sha256,
    /// The first chunk that is not included.
    next: u32,
}

impl Sum {
    /// Includes a chunk if it is the next one.
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

/// The state of a file that has every chunk.
pub(super) enum Verdict {
    /// Whole.
    Whole,
    /// Some chunks in the store are not those that arrived; they are forgotten.
    Gaps,
    /// The bytes are not those of the hash.
    Wrong(String),
    /// By its own header the file is longer than the host sent.
    Incomplete(String),
}

impl<N: Network, S: Shelf> Fetch<'_, N, S> {
    /// Compares the whole file with its SHA-256, if that is known, and records that the file is whole.
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

    /// Includes the chunks that were in the store before in the sum, and says whether they are still those that arrived.
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
            // Reading does not wait, so messages are handled here.
            self.way.pause(0.0).await?;
        }
        Ok(true)
    }
}
