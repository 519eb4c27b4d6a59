use serde::Serialize;

use crate::{Cell, Score};

/// A cell and everything derived from it, under the names of the JSON export.
#[derive(Serialize)]
pub(super) struct Figures {
    pub(super) hits: u32,
    pub(super) n: u32,
    pub(super) not_found: u32,
    pub(super) refused: u32,
    pub(super) accuracy: Option<f64>,
    /// Lower and upper bound of the 95 % interval, clustered by label cell.
    pub(super) interval_95: Option<[f64; 2]>,
    pub(super) chance: Option<f64>,
    /// Answers whose text names another option than the first token prefers.
    pub(super) disagreements: u32,
    /// Questions that were asked in every rotation; none if there are no such questions.
    pub(super) circular: Option<Share>,
}

/// Hits among questions.
#[derive(Serialize)]
pub(super) struct Share {
    hits: u32,
    n: u32,
    accuracy: Option<f64>,
}

impl From<Score> for Share {
    fn from(score: Score) -> Self {
        Self { hits: score.hits, n: score.n, accuracy: score.accuracy() }
    }
}

impl From<&Cell> for Figures {
    fn from(cell: &Cell) -> Self {
        Self {
            hits: cell.hits,
            n: cell.n,
            not_found: cell.not_found,
            refused: cell.refused,
            accuracy: cell.score().accuracy(),
            interval_95: cell.interval().map(|interval| [interval.low, interval.high]),
            chance: cell.chance(),
            disagreements: cell.n_disagreements,
            circular: Some(cell.circular()).filter(|score| score.n > 0).map(Share::from),
        }
    }
}
