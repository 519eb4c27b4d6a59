use super::{
    Ended, Fetch, Pace,
    attempt::{Gap, Outcome},
};
use crate::{Ledger, Network, Shelf, Trouble, Validator, trouble};

impl<N: Network, S: Shelf> Fetch<'_, N, S> {
    /// Places the bytes of a gap.
    pub(super) async fn fill(&mut self, mirror: &str, body: N::Body, gap: Gap) -> Result<Outcome, Ended> {
        let end = gap.end.or(self.stored.n_total()).unwrap_or(gap.at);
        self.take(mirror, body, gap.first, gap.at, end).await
    }

    /// Takes a whole file from a host that ignores ranges: the chunks in place are compared and kept.
    pub(super) async fn reread(&mut self, mirror: &str, body: N::Body) -> Result<Outcome, Ended> {
        if self.stored.n_done() > 0 && !self.warned_no_resume {
            self.warned_no_resume = true;
            let host = trouble::host(mirror);
            self.warn(format!("{host} cannot resume a download. The file is read from the start; the part in the store is compared and kept."));
        }
        self.partial.clear();
        let end = self.stored.n_total().unwrap_or(0);
        let n_done = self.stored.n_done();
        let mut outcome = self.take(mirror, body, 0, 0, end).await?;
        // The next answer starts from the beginning, so the partial chunk is useless.
        self.partial.clear();
        if let Outcome::Lost { progressed, .. } = &mut outcome {
            *progressed = self.stored.n_done() > n_done;
        }
        Ok(outcome)
    }

    /// Takes the bytes from `at` to `end` from a body; `index` is the chunk that contains `at`.
    async fn take(
        &mut self,
        mirror: &str,
        mut body: N::Body,
        mut index: u32,
        mut at: u64,
        end: u64,
    ) -> Result<Outcome, Ended> {
        let n_total = self.stored.n_total().unwrap_or(end);
        let n_done = self.stored.n_done();
        let n_partial = self.partial.len() as u64;
        while at < end || end == n_total {
            let came = match self.way.next(&mut body).await? {
                Ok(Some(came)) => came,
                Ok(None) => break,
                // Every byte is there; only the end of the answer did not come.
                Err(_) if at == end => break,
                Err(error) => {
                    return Ok(self.broke(mirror, trouble::no_answer(mirror, &error), n_done, n_partial));
                }
            };
            self.n_received += came.len() as u64;
            let mut came = came.as_slice();
            while !came.is_empty() {
                if at == end && end < n_total {
                    break;
                }
                if at == end {
                    return Ok(Outcome::Another(format!(
                        "the host sends more than the {n_total} bytes that it announced"
                    )));
                }
                let chunk_end = self.stored.ledger().map_or(end, |ledger| ledger.range(index).end);
                let (now, later) = came.split_at(came.len().min((chunk_end - at) as usize));
                self.is_comparing = self.stored.ledger().is_some_and(|ledger| ledger.has(index));
                self.partial.extend_from_slice(now);
                at += now.len() as u64;
                came = later;
                if index == 0 && !b"GGUF".starts_with(&self.partial[..self.partial.len().min(4)]) {
                    let begin: Vec<u8> = self.partial.iter().copied().take(16).collect();
                    self.partial.clear();
                    return Ok(Outcome::Refused(trouble::not_gguf(mirror, &begin, None)));
                }
                if at == chunk_end {
                    if let Some(outcome) = self.finish(mirror, index)? {
                        return Ok(outcome);
                    }
                    index += 1;
                }
            }
            self.tell_progress(Pace::Seldom);
        }
        if at < end {
            let why = format!("the answer ended at byte {at} of {end}");
            return Ok(self.broke(mirror, trouble::gave_up(mirror, &why), n_done, n_partial));
        }
        Ok(Outcome::Filled)
    }

    /// Puts a complete chunk in its place, or compares it with the one that is there.
    fn finish(&mut self, mirror: &str, index: u32) -> Result<Option<Outcome>, Ended> {
        let bytes = std::mem::take(&mut self.partial);
        if index == 0 && !bytes.starts_with(b"GGUF") {
            return Ok(Some(Outcome::Refused(trouble::not_gguf(mirror, &bytes, None))));
        }
        match self
            .stored
            .ledger()
            .filter(|ledger| ledger.has(index))
            .map(|ledger| ledger.check(index, &bytes))
        {
            Some(Ok(())) => {}
            Some(Err(_)) => return Ok(Some(self.differs(mirror, "its bytes differ".to_owned()))),
            None => self.stored.place(index, &bytes)?,
        }
        self.sum.follow(index, &bytes);
        // The buffer is used again for the next chunk.
        self.partial = bytes;
        self.partial.clear();
        Ok(None)
    }

    /// A connection that broke. It counts as progress if a chunk came, or a large part of one that can be resumed.
    fn broke(&self, mirror: &str, trouble: Trouble, n_done: u64, n_partial: u64) -> Outcome {
        let chunk_bytes = u64::from(self.stored.ledger().map_or(u32::MAX, Ledger::chunk_bytes));
        let has_version = self
            .stored
            .manifest()
            .validators
            .get(mirror)
            .is_some_and(|version| *version != Validator::default());
        let grown = (self.partial.len() as u64).saturating_sub(n_partial);
        let is_good_part = has_version && grown >= chunk_bytes.div_ceil(16);
        Outcome::Lost { trouble, after: None, progressed: self.stored.n_done() > n_done || is_good_part }
    }
}
