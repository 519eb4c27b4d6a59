use super::{
    Ended, Fetch, Happening,
    chunk::{Piece, piece},
    mirrors::{check_address, wait_secs},
};
use crate::{Ledger, Network, Shelf, Trouble, trouble};

/// The result of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Check {
    /// Chunks that were read.
    pub(crate) n_chunks: u32,
    /// Chunks that were damaged and are whole again.
    pub(crate) n_repaired: u32,
}

/// What the mirrors returned for one damaged chunk.
enum Mend {
    Bytes(Vec<u8>),
    /// Hosts have other bytes, or none, and no further host may answer.
    Another,
    /// Some host did not answer.
    Unknown(Trouble),
}

impl<N: Network, S: Shelf> Fetch<'_, N, S> {
    /// Reads every chunk of a whole file again, and fetches those that are damaged: the recorded bytes, from any mirror.
    pub(crate) async fn check(&mut self) -> Result<Check, Ended> {
        let Some(ledger) = self.stored.ledger().filter(|ledger| ledger.is_whole()).cloned() else {
            return Err(trouble::not_whole(&self.wanted.name).into());
        };
        let mut damaged = Vec::new();
        for index in 0..ledger.n_chunks() {
            let bytes = self.stored.read(index)?;
            if ledger.check(index, &bytes).is_err() {
                damaged.push(index);
            }
            self.tell_checked(&ledger, ledger.range(index).end);
            self.way.pause(0.0).await?;
        }
        let mut check = Check { n_chunks: ledger.n_chunks(), n_repaired: 0 };
        let mut lost = Vec::new();
        for index in damaged {
            match self.mend(&ledger, index).await? {
                Mend::Bytes(bytes) => {
                    self.stored.place(index, &bytes)?;
                    check.n_repaired += 1;
                    self.tell_checked(&ledger, ledger.n_total());
                }
                Mend::Another => lost.push(index),
                Mend::Unknown(trouble) => return Err(trouble.into()),
            }
        }
        if !lost.is_empty() {
            // No host has these bytes any more. Without them the file is not whole, and a fetch starts it again.
            self.stored.forget(&lost).await?;
            // What the hosts call their version says nothing any more: the fetch is to compare bytes.
            self.stored.amend(|manifest| manifest.validators.clear()).await?;
            return Err(trouble::beyond_repair(&self.wanted.name, lost.len()).into());
        }
        Ok(check)
    }

    async fn mend(&mut self, ledger: &Ledger, index: u32) -> Result<Mend, Ended> {
        let mut refusal = None;
        let mut lost = None;
        let mut is_another = false;
        for mirror in self.stored.manifest().mirrors.clone() {
            if check_address(&mirror).is_err() {
                continue;
            }
            let mut n_vain = 0;
            loop {
                match piece(self.way, &mirror, ledger.range(index), &mut self.n_received).await? {
                    Piece::Bytes(bytes) if ledger.check(index, &bytes).is_ok() => {
                        return Ok(Mend::Bytes(bytes));
                    }
                    Piece::Bytes(_) | Piece::Changed(_) => is_another = true,
                    Piece::Refused(trouble) => {
                        refusal.get_or_insert(trouble);
                    }
                    Piece::Lost(trouble, after) => match wait_secs(n_vain, after) {
                        Some(secs) => {
                            n_vain += 1;
                            self.way.pause(secs).await?;
                            continue;
                        }
                        None => {
                            lost.get_or_insert(trouble);
                        }
                    },
                }
                break;
            }
        }
        let refusal = refusal.filter(|_| !is_another);
        Ok(lost.or(refusal).map_or(Mend::Another, Mend::Unknown))
    }

    fn tell_checked(&mut self, ledger: &Ledger, n_done: u64) {
        let now = self.way.network.now_secs();
        let is_early = self.told_at_secs.is_some_and(|told| (0.0..0.1).contains(&(now - told)));
        if is_early && n_done < ledger.n_total() {
            return;
        }
        self.told_at_secs = Some(now);
        (self.tell)(Happening::Progress {
            n_done,
            n_total: Some(ledger.n_total()),
            n_received: self.n_received,
        });
    }
}
