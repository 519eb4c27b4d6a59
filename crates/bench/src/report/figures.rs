use serde::Serialize;

use crate::Cell;

/// A cell with everything that is derived from it, under the names of the JSON export.
#[derive(Serialize)]
pub(super) struct Figures {
    pub(super) hits: u32,
    pub(super) n: u32,
    pub(super) not_found: u32,
    pub(super) refused: u32,
    pub(super) accuracy: Option<f64>,
    /// Lower and upper bound of Wilson's 95 % interval.
    pub(super) interval_95: Option<[f64; 2]>,
    pub(super) chance: Option<f64>,
}

impl From<&Cell> for Figures {
    fn from(cell: &Cell) -> Self {
        let score = cell.score();
        Self {
            hits: cell.hits,
            n: cell.n,
            not_found: cell.not_found,
            refused: cell.refused,
            accuracy: score.accuracy(),
            interval_95: score.interval().map(|interval| [interval.low, interval.high]),
            chance: cell.chance(),
        }
    }
}
