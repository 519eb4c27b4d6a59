use serde::{Deserialize, Serialize};

/// Which questions of a data set are asked. They come in an order drawn from the seed, of which any beginning is a fair sample: see
/// [`plan`](crate::data::plan).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The seed of the order.
    pub seed: u32,
    /// How many are asked.
    pub extent: Extent,
}

/// How many questions are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// One of each label cell: the questions that share label, task, department, granularity and modality.
    #[default]
    OnePerCell,
    /// The first so many of the order.
    First(u32),
    /// Every question.
    All,
}

impl Default for Selection {
    fn default() -> Self {
        Self { seed: DEFAULT_SEED, extent: Extent::default() }
    }
}

/// The published seed. Runs of the same data set with it ask the same questions.
pub const DEFAULT_SEED: u32 = 20_241_121;
