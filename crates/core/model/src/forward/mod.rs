//! The forward pass, written once. Both towers advance block by block, so that whoever drives them can show progress,
//! stay responsive, and stop in between.

pub mod text;
pub mod vision;
