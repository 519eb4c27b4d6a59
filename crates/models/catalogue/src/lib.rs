//! Which models there are, what each needs, and whether it fits a device.
//!
//! The list is `web/models.json`; its shape is [`Entry`], and [`parse`] judges it. Lengths and hashes of files come from
//! the hosts: [`choose`] reads what a host lists, [`Need`] follows from that, and [`fit`] judges it for a device.

mod choose;
mod entry;
mod fit;
mod need;
mod parse;
mod pattern;
mod quantisation;
mod recommend;

pub use choose::{Choice, Left, Variant, choose};
pub use entry::{Entry, Score, Source, host_of, page_of};
pub use fit::{Device, Fit, Machine, Verdict, fit};
pub use need::{Need, PREFERRED, estimated_bytes, need};
pub use parse::{Catalogue, CatalogueError, parse};
pub use quantisation::{is_readable, quantisation_of};
pub use recommend::recommend;
