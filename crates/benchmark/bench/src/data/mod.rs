//! Data sets of any size: an index of a file's questions and of where their images lie, which questions are asked, and in which
//! order.
//!
//! A file of ten gigabytes is mostly images. A [`Scanner`] reads it once from front to back, keeps the questions and of each image
//! only the place; what it finds is an [`Index`], small enough to be kept. From then on an image is one read of its
//! [`ImagePlace`]. Nothing here reads a file: whoever has the bytes brings them.

mod error;
mod fingerprint;
mod index;
mod json;
mod place;
mod plan;
mod scan;

pub use error::{DataError, ImageError, IndexError};
pub use fingerprint::fingerprint;
pub use index::{INDEX_FORMAT, Index};
pub use place::{ImageForm, ImagePlace};
pub use plan::plan;
pub use scan::{MAX_LINE_BYTES, MAX_PROBLEMS, Scanner};
