use serde::{Deserialize, Serialize};

/// Which questions of a data set are asked. They come in an order drawn from the seed, in which any beginning is as good a sample
/// as another: see [`plan`](crate::data::plan).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Of the order.
    pub seed: u32,
    /// How many.
    pub extent: Extent,
}

/// How many questions are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// One of each label cell, that is of those that share label, task, department, granularity and modality.
    #[default]
    OnePerCell,
    /// The first of the order.
    First(u32),
    /// Every one.
    All,
}

impl Default for Selection {
    fn default() -> Self {
        Self { seed: DEFAULT_SEED, extent: Extent::default() }
    }
}

/// The published seed: runs of the same data set under it ask the same questions.
pub const DEFAULT_SEED: u32 = 20_241_121;
