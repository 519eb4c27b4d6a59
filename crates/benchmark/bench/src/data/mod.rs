//! Data sets of any size: an index of a file's questions and of the places of their images, which questions are asked, and in which
//! order.
//!
//! A file of ten gigabytes is mostly images. A [`Scanner`] reads it once from front to back, and keeps the questions but only the
//! place of each image. The result is an [`Index`], small enough to be stored. After that, an image takes one read of its
//! [`ImagePlace`]. Nothing here reads files: the caller brings the bytes.

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
