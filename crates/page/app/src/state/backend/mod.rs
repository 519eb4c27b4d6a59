//! Where the model runs: what a person chose, what the worker chose for it, and what speaks for each machine.

mod acts;
mod address;
mod events;
#[cfg(test)]
mod tests;
mod words;

pub(super) use acts::{choose, move_model};
pub use address::{choice_of_query, unknown_choice};
pub(super) use events::{chosen, failed, worker_died};
pub use words::{CHOICES, kind_name, label, name};

use protocol::{BackendChoice, BackendKind, Candidate, Failure, JobId, Standing};

/// The machines that the model could run on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backends {
    /// What is wanted. Nothing of it is stored: the next visit measures again.
    pub choice: BackendChoice,
    /// Where the model runs; `None` until the worker told.
    pub chosen: Option<BackendKind>,
    /// Every machine that the worker looked at.
    pub candidates: Vec<Candidate>,
    /// Why the latest choice came to nothing.
    pub failure: Option<Failure>,
    /// The choice that the worker carried out last.
    settled: Option<BackendChoice>,
    /// The choice that the worker is at.
    choosing: Option<JobId>,
    /// That choice brings a model back to the machine that it left.
    is_restoring: bool,
    /// Machines that could be used at some time.
    usable: Vec<BackendKind>,
}

impl Backends {
    /// What is known of a machine.
    pub fn candidate(&self, kind: BackendKind) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.kind == kind)
    }

    /// Why a machine cannot be used, where that is known.
    pub fn unavailable(&self, kind: BackendKind) -> Option<&str> {
        match &self.candidate(kind)?.standing {
            Standing::Unavailable { why } => Some(why),
            Standing::Measured(_) | Standing::NotMeasured => None,
        }
    }

    /// Whether a choice is known to come to nothing. A machine that could be used once may only have had no room for a model.
    pub fn is_unavailable(&self, choice: BackendChoice) -> bool {
        match choice {
            BackendChoice::Measured => false,
            BackendChoice::Only(kind) => self.unavailable(kind).is_some() && !self.usable.contains(&kind),
        }
    }

    /// Whether the worker is at a choice.
    pub fn is_choosing(&self) -> bool {
        self.choosing.is_some()
    }

    /// Whether this job is the choice that the worker is at.
    pub(super) fn is_at(&self, job: JobId) -> bool {
        self.choosing == Some(job)
    }

    /// Takes what the worker knows. What it does not mention stays as it was, and a machine that was measured before stays
    /// measured: another choice does not measure again, and the figures are as true as they were.
    fn note(&mut self, mut candidates: Vec<Candidate>) {
        for candidate in &mut candidates {
            if let Standing::Unavailable { .. } = candidate.standing {
                continue;
            }
            if !self.usable.contains(&candidate.kind) {
                self.usable.push(candidate.kind);
            }
            if candidate.standing == Standing::NotMeasured
                && let Some(known) = self.candidate(candidate.kind)
                && let Standing::Measured(_) = known.standing
                && known.name == candidate.name
            {
                candidate.standing = known.standing.clone();
            }
        }
        for known in std::mem::take(&mut self.candidates) {
            if candidates.iter().all(|candidate| candidate.kind != known.kind) {
                candidates.push(known);
            }
        }
        self.candidates = candidates;
    }
}
