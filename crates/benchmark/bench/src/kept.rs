use serde::{Deserialize, Serialize};

use crate::{Answered, Conditions, Run};

/// A run that outlives the tab that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRun {
    /// Unique among the kept runs: letters, digits and dashes.
    pub id: String,
    /// The name that a person gave it; empty at first.
    pub name: String,
    /// Its answers so far.
    pub run: Run,
}

/// A kept run as a list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// As in [`KeptRun`].
    pub id: String,
    /// As in [`KeptRun`].
    pub name: String,
    /// What its figures depend on.
    pub conditions: Conditions,
    /// Questions asked so far.
    pub n_asked: u32,
    /// Questions in all.
    pub n_total: u32,
    /// Right answers under the run's own rule.
    pub hits: u32,
    /// Questions asked whose right answer is known.
    pub n: u32,
}

impl From<&KeptRun> for RunSummary {
    fn from(kept: &KeptRun) -> Self {
        let overall = *kept.run.row().overall();
        Self {
            id: kept.id.clone(),
            name: kept.name.clone(),
            conditions: kept.run.conditions.clone(),
            n_asked: kept.run.n_asked(),
            n_total: kept.run.n_total,
            hits: overall.hits,
            n: overall.n,
        }
    }
}

impl RunSummary {
    /// Counts a further answer.
    pub fn add(&mut self, answered: &Answered) {
        self.n_asked += 1;
        if let Some(hit) = answered.hit {
            self.n += 1;
            self.hits += u32::from(hit);
        }
    }
}
