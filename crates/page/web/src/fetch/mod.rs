//! Requests to hosts by GET, of whole files and of ranges of them.

mod body;
mod content_range;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use body::Body;
pub use content_range::{ContentRange, NotThePart};
pub use request::Request;
pub use response::Response;
