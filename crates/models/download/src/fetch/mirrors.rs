use super::{Ended, Fetch, Pace, attempt::Outcome, whole::Verdict};
use crate::{Network, Shelf, Trouble, address::Address, trouble};

/// How long to wait before the next request to the same mirror, by the number of failures in a row.
pub(super) const BACK_OFF_SECS: [f64; 6] = [0.5, 1.0, 2.0, 4.0, 8.0, 15.0];
/// If a host asks to wait longer, it is given up.
const LONGEST_WAIT_SECS: f64 = 60.0;
/// How often a file is fetched from the start because it turned out to be another one.
const MAX_RESTARTS: u32 = 2;

/// How many chunks may come back from the store other than they were written, before the storage is given up.
const MAX_GAPS: u32 = 64;

/// How one mirror ended.
enum Left {
    /// The file is whole.
    Whole,
    /// The bytes were not those of their hash; the file was dropped.
    Wrong,
    /// It has another file than the other mirrors, but perhaps the wanted one.
    Conflict(String),
    /// It cannot be used.
    Failed(Trouble),
}

/// Where to continue after every mirror was asked.
enum Next {
    /// Nowhere.
    Fail,
    /// With this mirror.
    From(usize),
    /// With this mirror, from the start: it has a file, but not the one that the store has a part of.
    Anew(usize),
}

/// How long to wait for a host after `n` failures; `None` if it should be given up.
pub(super) fn wait_secs(n: usize, after: Option<f64>) -> Option<f64> {
    let back_off = BACK_OFF_SECS.get(n)?;
    let secs = after.unwrap_or(0.0).max(*back_off);
    (secs <= LONGEST_WAIT_SECS).then_some(secs)
}

/// Refuses an address that no file can be fetched from.
pub(super) fn check_address(mirror: &str) -> Result<(), Trouble> {
    Address::parse(mirror).map(drop).ok_or_else(|| trouble::not_an_address(mirror))
}

impl<N: Network, S: Shelf> Fetch<'_, N, S> {
    /// Brings the file into the store, or the missing part of it.
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
                    // No mirror can complete what arrived, so it is replaced by a version that can be downloaded.
                    let why = "no host has the version that had begun to arrive";
                    self.restart(&mirrors[first], why, &mut n_restarts).await?;
                    first
                }
            };
            let n_mirrors = mirrors.len();
            mirrors.rotate_left(first % n_mirrors);
        }
    }

    /// Asks one mirror until the file is whole, or until it failed too often.
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
                        // The next request would bring the same file, so there is none.
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

    /// Drops what has arrived, since it belongs to another file.
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

/// One trouble out of several: that of the first mirror, which is the best, with the messages of the others.
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
