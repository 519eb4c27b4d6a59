use protocol::{Failure, JobId};

/// A question of the run that a person looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedQuestion {
    /// Its number.
    pub number: u32,
    /// Its image.
    pub image: OpenedImage,
}

/// The image of the question that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenedImage {
    /// The worker was asked for it.
    Coming(JobId),
    /// It is shown.
    Shown,
    /// It cannot be had.
    Failed(Failure),
}
