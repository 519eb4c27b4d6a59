//! The index of a GGUF file, without input or output: this crate says which bytes it needs, and the caller reads them.
//!
//! A [`HeaderReader`] asks for longer and longer prefixes of the file until the header is complete, and returns a
//! [`Gguf`]: the metadata, and for each tensor its type, shape and byte range. A [`LoadPlan`] groups the ranges into
//! reads of a chosen size. Nothing here knows where the bytes come from, so the same code serves a file on disk, a
//! `File` in the browser, and a range request.
//!
//! ```no_run
//! use weights::{Gguf, HeaderReader};
//!
//! fn open(file: &[u8]) -> Result<Gguf, weights::GgufError> {
//!     let mut header = HeaderReader::new(file.len() as u64);
//!     loop {
//!         let want = header.want();
//!         let bytes = &file[want.start as usize..want.end as usize]; // or await a read
//!         if let Some(gguf) = header.feed(bytes)? {
//!             return Ok(gguf);
//!         }
//!     }
//! }
//! ```
//!
//! Every count and length in a header is checked against the file's size and against [`limits`] before it is used. A
//! damaged or hostile file is therefore an error that says what was found, never a panic, and never an allocation that
//! the file's size does not justify.

mod cursor;
mod error;
mod gguf;
mod header_reader;
mod index;
pub mod limits;
mod load_plan;
mod look_alike;
mod metadata;
mod quantisation;
mod split;
mod value;
mod walk;

pub use error::GgufError;
pub use gguf::{Gguf, TensorInfo};
pub use header_reader::HeaderReader;
pub use load_plan::{LoadPlan, LoadStep};
pub use split::SplitPart;
