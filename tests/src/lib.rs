//! Parts of the tests of the whole: the rules between crates, golden data, servers, and a real browser to drive.

pub mod architecture;
pub mod bench;
pub mod browser;
pub mod golden;
pub mod gpu;
pub mod host;
pub mod questions;
