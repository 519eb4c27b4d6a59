use super::{Ended, Fetch, Pace, attempt::Outcome, whole::Verdict};
use crate::{Network, Shelf, Trouble, address::Address, trouble};

/// How long to wait before the same mirror is asked again, by how often in a row that was in vain.
pub(super) const BACK_OFF_SECS: [f64; 6] = [0.5, 1.0, 2.0, 4.0, 8.0, 15.0];
/// A host that asks to be left alone for longer is not waited for.
const LONGEST_WAIT_SECS: f64 = 60.0;
/// How often a file that turns out to be another one is fetched from the start.
const MAX_RESTARTS: u32 = 2;

/// How many chunks may turn out not to be in the store as they were written, before the storage is given up.
const MAX_GAPS: u32 = 64;

/// What became of one mirror.
enum Left {
    /// The file is whole.
    Whole,
    /// The bytes were not those of their hash; the file was dropped.
    Wrong,
    /// It has another file than the other mirrors, though maybe the one that is wanted.
    Conflict(String),
    /// It will not do.
    Failed(Trouble),
}

/// Where to go on when every mirror has been asked.
enum Next {
    /// Nowhere.
    Fail,
    /// With this mirror.
    From(usize),
    /// With this mirror, from the start: it has a file, only not that of which there is a part.
    Anew(usize),
}

/// How long to wait for a host that was asked in vain `n` times before; `None` if that is enough.
pub(super) fn wait_secs(n: usize, after: Option<f64>) -> Option<f64> {
    let back_off = BACK_OFF_SECS.get(n)?;
    let secs = after.unwrap_or(0.0).max(*back_off);
    (secs <= LONGEST_WAIT_SECS).then_some(secs)
}

/// Refuses what no file can be fetched from.
pub(super) fn check_address(mirror: &str) -> Result<(), Trouble> {
    Address::parse(mirror).map(drop).ok_or_else(|| trouble::not_an_address(mirror))
}

impl<N: Network, S: Shelf> Fetch<'_, N, S> {
    /// Brings the file into the store, or what of it is missing there.
    pub(crate) async fn run(&mut self) -> Result<(), Ended> {
        self.stored.prune().await?;
        self.tell_progress(Pace::Now);
        if self.stored.manifest().is_whole {
            return Ok(());
        }
        let mut mirrors = self.stored.manifest().mirrors.clone();
        if mirrors.is_empty() {
            return Err(trouble::no_address(&self.wanted.name).into());
        }
        let mut n_restarts = 0;
        loop {
            let mut failures = Vec::new();
            let mut next = Next::Fail;
            for (place, mirror) in mirrors.iter().enumerate() {
                self.partial.clear();
                match self.exhaust(mirror, &mut n_restarts).await? {
                    Left::Whole => return Ok(()),
                    Left::Wrong => {
                        next = Next::From(place + 1);
                        break;
                    }
                    Left::Conflict(why) => {
                        if matches!(next, Next::Fail) {
                            next = Next::Anew(place);
                        }
                        failures.push(trouble::another_file(mirror, &why));
                    }
                    Left::Failed(trouble) => failures.push(trouble),
                }
                if let (Some(other), Some(failure)) = (mirrors.get(place + 1), failures.last()) {
                    let other = trouble::host(other);
                    self.warn(format!("{} The next address, at {other}, is tried.", failure.message));
                }
            }
            let first = match next {
                Next::Fail => return Err(most_telling(failures).into()),
                Next::From(first) => first,
                Next::Anew(first) => {
                    // What arrived cannot be completed by any mirror, so it gives way to what can be had.
                    let why = "no host has the version that had begun to arrive";
                    self.restart(&mirrors[first], why, &mut n_restarts).await?;
                    first
                }
            };
            let n_mirrors = mirrors.len();
            mirrors.rotate_left(first % n_mirrors);
        }
    }

    /// Asks one mirror until the file is whole, or until it has been asked in vain too often.
    async fn exhaust(&mut self, mirror: &str, n_restarts: &mut u32) -> Result<Left, Ended> {
        if let Err(trouble) = check_address(mirror) {
            return Ok(Left::Failed(trouble));
        }
        let mut n_vain = 0;
        let mut n_gaps = 0;
        loop {
            match self.attempt(mirror).await? {
                Outcome::Filled if self.stored.ledger().is_some_and(|ledger| !ledger.is_whole()) => {
                    n_vain = 0
                }
                Outcome::Filled => match self.verify().await? {
                    Verdict::Whole => return Ok(Left::Whole),
                    Verdict::Gaps if n_gaps < MAX_GAPS => n_gaps += 1,
                    Verdict::Gaps => return Err(trouble::forgetful(&self.wanted.name).into()),
                    Verdict::Wrong(why) => {
                        self.restart(mirror, &why, n_restarts).await?;
                        return Ok(Left::Wrong);
                    }
                    Verdict::Incomplete(why) => {
                        // It would be no other file the next time, so it is not asked for again.
                        self.partial.clear();
                        self.sum = super::whole::Sum::default();
                        self.stored.restart(self.wanted).await?;
                        return Ok(Left::Failed(trouble::incomplete(mirror, &why)));
                    }
                },
                Outcome::Lost { trouble, after, progressed } => {
                    if progressed {
                        n_vain = 0;
                    }
                    let Some(secs) = wait_secs(n_vain, after) else { return Ok(Left::Failed(trouble)) };
                    n_vain += 1;
                    self.tell_progress(Pace::Now);
                    self.way.pause(secs).await?;
                }
                Outcome::Another(why) => self.restart(mirror, &why, n_restarts).await?,
                Outcome::Conflict(why) => return Ok(Left::Conflict(why)),
                Outcome::Refused(trouble) => return Ok(Left::Failed(trouble)),
            }
        }
    }

    /// Drops what has arrived, since it belongs to another file than what comes.
    async fn restart(&mut self, mirror: &str, why: &str, n_restarts: &mut u32) -> Result<(), Ended> {
        self.partial.clear();
        self.sum = super::whole::Sum::default();
        self.stored.restart(self.wanted).await?;
        *n_restarts += 1;
        if *n_restarts > MAX_RESTARTS {
            return Err(trouble::changes(mirror, why).into());
        }
        self.warn(format!("{} is fetched from the start: {why}.", self.wanted.name));
        self.tell_progress(Pace::Now);
        Ok(())
    }
}

/// One trouble of several: the first mirror is the best known, and the others are named.
fn most_telling(failures: Vec<Trouble>) -> Trouble {
    let mut failures = failures.into_iter();
    let Some(mut first) = failures.next() else { return trouble::nothing_wanted() };
    for other in failures {
        if !first.message.contains(&other.message) {
            first.message = format!("{} {}", first.message, other.message);
        }
    }
    first
}
