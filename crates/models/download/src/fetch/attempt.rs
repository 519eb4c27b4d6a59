use super::{
    Ended, Fetch,
    answer::{Answer, judge},
    check_room,
    chunk::{Piece, piece},
};
use crate::{
    ByteRange, Keep, Network, NetworkError, Request, Response, Shelf, Trouble, Validator, identity::Identity,
    trouble,
};

/// The result of one request to one mirror.
pub(super) enum Outcome {
    /// The requested bytes are in place.
    Filled,
    /// The connection broke or the host is busy.
    Lost {
        /// Why, in case this was the last attempt.
        trouble: Trouble,
        /// For how many seconds the host asks not to be contacted.
        after: Option<f64>,
        /// Whether a useful number of bytes came before.
        progressed: bool,
    },
    /// This mirror's file is not the one that came from it before.
    Another(String),
    /// This mirror's file is not the one that came from other mirrors.
    Conflict(String),
    /// This mirror cannot be used.
    Refused(Trouble),
}

/// The bytes to request: the missing part of the first run of missing chunks.
pub(super) struct Gap {
    pub(super) first: u32,
    pub(super) at: u64,
    pub(super) end: Option<u64>,
}

impl<N: Network, S: Shelf> Fetch<'_, N, S> {
    /// Requests the first run of missing chunks from a mirror, and puts them in place.
    pub(super) async fn attempt(&mut self, mirror: &str) -> Result<Outcome, Ended> {
        loop {
            let Some(gap) = self.gap() else { return Ok(Outcome::Filled) };
            let (request, response) = match self.send(mirror, &gap).await? {
                (request, Ok(response)) => (request, response),
                (_, Err(error)) => return Ok(lost(trouble::no_answer(mirror, &error), None)),
            };
            let (body, seen, is_part) = match judge(&request, response) {
                Answer::Part(body, seen) => (body, seen, true),
                Answer::Whole(body, seen) => (body, seen, false),
                Answer::Busy(trouble, after) => return Ok(lost(trouble, after)),
                Answer::Refused(trouble) => return Ok(Outcome::Refused(trouble)),
                Answer::Changed(why) => return Ok(self.differs(mirror, why)),
            };
            match self.compare(mirror, &seen) {
                Ok(true) => {}
                // The whole file comes, so it can be compared with the store as it comes.
                Ok(false) if !is_part => {}
                // A part of a chunk has no hash to compare.
                Ok(false) if !self.partial.is_empty() => {
                    self.partial.clear();
                    continue;
                }
                // This answer is held meanwhile. If it is of a newer version than the store has, so is the chunk that is requested
                // after it.
                Ok(false) => {
                    if let Some(outcome) = self.confirm(mirror).await? {
                        return Ok(outcome);
                    }
                }
                Err(outcome) => return Ok(outcome),
            }
            if let Some(outcome) = self.accept(mirror, &seen).await? {
                return Ok(outcome);
            }
            let is_asked_for = is_part || request.range.is_none();
            return if is_asked_for {
                self.fill(mirror, body, gap).await
            } else {
                self.reread(mirror, body).await
            };
        }
    }

    fn gap(&self) -> Option<Gap> {
        let Some(ledger) = self.stored.ledger() else { return Some(Gap { first: 0, at: 0, end: None }) };
        let chunks = ledger.first_gap()?;
        let end = ledger.range(chunks.end - 1).end;
        Some(Gap {
            first: chunks.start,
            at: ledger.range(chunks.start).start + self.partial.len() as u64,
            end: (end < ledger.n_total()).then_some(end),
        })
    }

    /// Requests a gap. `If-Range` guards it if the version is known, unless this host does not allow that header to pages of
    /// other origins. What the host says about its version is compared in any case.
    async fn send(
        &mut self,
        mirror: &str,
        gap: &Gap,
    ) -> Result<(Request, Result<Response<N::Body>, NetworkError>), Keep> {
        let mut request = Request::whole(mirror);
        if gap.at > 0 || gap.end.is_some() {
            request.range = Some(ByteRange { start: gap.at, end: gap.end });
            let known = self.stored.manifest().validators.get(mirror);
            if self.no_if_range.as_deref() != Some(mirror) {
                request.if_range = known.and_then(|known| known.etag.clone());
            }
        }
        let mut answer = self.way.get(request.clone()).await?;
        if request.if_range.is_some() && matches!(answer, Err(NetworkError::Unreachable(_))) {
            request.if_range = None;
            answer = self.way.get(request.clone()).await?;
            if answer.is_ok() {
                self.no_if_range = Some(mirror.to_owned());
            }
        }
        Ok((request, answer))
    }

    /// Whether a mirror has the wanted file, and the one that has begun to arrive; `Ok(false)` if its answer leaves that open.
    fn compare(&self, mirror: &str, seen: &Identity) -> Result<bool, Outcome> {
        let refused = |why: String| Outcome::Refused(trouble::another_file(mirror, &why));
        let manifest = self.stored.manifest();
        if let (Some(found), Some(expected)) = (seen.n_bytes, self.wanted.n_bytes)
            && found != expected
        {
            return Err(refused(format!("it has {found} bytes, and {expected} were expected")));
        }
        let is_same =
            seen.sha256.as_ref().zip(manifest.sha256.as_ref()).map(|(found, expected)| found == expected);
        if is_same == Some(false) && self.wanted.sha256.is_some() {
            return Err(refused("it has another SHA-256".to_owned()));
        }
        let Some(ledger) =
            self.stored.ledger().filter(|_| self.stored.n_done() > 0 || !self.partial.is_empty())
        else {
            return Ok(true);
        };
        if seen.n_bytes.is_some_and(|n_bytes| n_bytes != ledger.n_total()) {
            return Err(self.differs(mirror, "its length differs".to_owned()));
        }
        let is_same = is_same.or_else(|| manifest.validators.get(mirror)?.agrees(&seen.validator));
        match is_same {
            Some(false) => Err(self.differs(mirror, "the host says that it is another version".to_owned())),
            is_same => Ok(is_same == Some(true)),
        }
    }

    pub(super) fn differs(&self, mirror: &str, why: String) -> Outcome {
        if self.stored.manifest().validators.contains_key(mirror) {
            Outcome::Another(why)
        } else {
            Outcome::Conflict(why)
        }
    }

    /// Fetches a chunk that is in the store and compares it, before bytes of this mirror are mixed with those in the store.
    async fn confirm(&mut self, mirror: &str) -> Result<Option<Outcome>, Ended> {
        let Some((index, range)) = self.stored.ledger().and_then(|ledger| {
            let index = ledger.chunks().next_back()?;
            Some((index, ledger.range(index)))
        }) else {
            return Ok(None);
        };
        let bytes = match piece(self.way, mirror, range, &mut self.n_received).await? {
            Piece::Bytes(bytes) => bytes,
            Piece::Lost(trouble, after) => return Ok(Some(lost(trouble, after))),
            Piece::Changed(why) => return Ok(Some(self.differs(mirror, why))),
            Piece::Refused(trouble) => return Ok(Some(Outcome::Refused(trouble))),
        };
        let is_same = self.stored.ledger().is_some_and(|ledger| ledger.check(index, &bytes).is_ok());
        Ok((!is_same).then(|| self.differs(mirror, "its bytes differ".to_owned())))
    }

    /// Records what a mirror says, and makes sure that there is room.
    async fn accept(&mut self, mirror: &str, seen: &Identity) -> Result<Option<Outcome>, Ended> {
        let n_total = seen.n_bytes.or(self.stored.n_total()).or(self.wanted.n_bytes);
        let Some(n_total) = n_total else { return Ok(Some(Outcome::Refused(trouble::no_length(mirror)))) };
        if n_total == 0 {
            return Ok(Some(Outcome::Refused(trouble::not_gguf(mirror, b"", None))));
        }
        if self.stored.n_total() != Some(n_total) {
            check_room(self.shelf, n_total, self.settings).await?;
            self.partial.clear();
            self.stored.begin(n_total)?;
        }
        let is_fresh = self.wanted.sha256.is_none() && self.stored.n_done() == 0 && self.partial.is_empty();
        self.stored
            .amend(|manifest| {
                // An answer whose headers may not be read does not contradict what was read before.
                let known = manifest.validators.entry(mirror.to_owned()).or_default();
                if seen.validator != Validator::default() {
                    known.clone_from(&seen.validator);
                }
                if seen.sha256.is_some() && (is_fresh || manifest.sha256.is_none()) {
                    manifest.sha256.clone_from(&seen.sha256);
                }
            })
            .await?;
        Ok(None)
    }
}

fn lost(trouble: Trouble, after: Option<f64>) -> Outcome {
    Outcome::Lost { trouble, after, progressed: false }
}
