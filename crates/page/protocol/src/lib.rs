//! What page and worker say to each other: one enum each way, plain data, no browser and no tensor. Questions and answers of a
//! benchmark are `bench`'s own types.
//!
//! Bulk bytes never pass through serde. A [`Command`] that needs some says so in its documentation: they travel
//! beside it as transferred `ArrayBuffer`s or as `File` handles, in the order given there.

mod backend;
mod command;
mod event;
mod profile;

pub use backend::{BackendChoice, BackendKind, Candidate, Speed, Standing};
pub use bench::PERMANENT_LINE;
pub use command::{
    BenchmarkData, BenchmarkImages, BenchmarkSettings, Command, DataSource, Detail, ImageId, JobId,
    ModelSource, Question, RunAct, Sampling, Settings, StoredWeights, Turns,
};
pub use event::{
    Culprit, EndOfAnswer, Event, Failure, ImageInfo, MAX_PREVIEW_SIDE_PX, ModelInfo, ModelPart, Stage,
    Timings,
};
pub use profile::{Profile, ProfileRow};
