//! What the tests of the whole are made of: the rules between crates, and a real browser to drive.

pub mod architecture;
pub mod bench;
pub mod browser;
pub mod golden;
pub mod gpu;
pub mod host;
pub mod questions;
