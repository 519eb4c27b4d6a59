//! What page and worker say to each other: one enum each way, plain data, no browser and no tensor.
//!
//! Bulk bytes never pass through serde. A [`Command`] that needs some says so in its documentation: they travel
//! beside it as transferred `ArrayBuffer`s or as `File` handles, in the order given there.

mod command;
mod event;

pub use command::{Command, Detail, ImageId, JobId, ModelSource, Question, Sampling, Settings, Turns};
pub use event::{
    EndOfAnswer, Event, Failure, ImageInfo, MAX_PREVIEW_SIDE_PX, ModelInfo, ModelPart, Stage, Timings,
};

/// The line that stands on the page and in every export.
pub const PERMANENT_LINE: &str = "Research and education only. Not a medical device, not reviewed by any regulator. \
Do not use for diagnosis, treatment or any decision about a person's health. The models are often wrong.";
