//! Exports of a run: for a spreadsheet, for a program, for a reader, and as VLMEvalKit's accuracy file. Each contains the conditions and
//! the [`PERMANENT_LINE`](crate::PERMANENT_LINE), and never an image. An unfinished run is exported with its answers so far.

mod acc;
mod conditions;
mod csv;
mod figures;
mod file_name;
mod json;
mod markdown;
#[cfg(test)]
pub(crate) mod sample;

pub use acc::acc;
pub use conditions::{conditions, extent, visual_tokens};
pub(crate) use conditions::{note, progress};
pub use csv::csv;
pub use file_name::file_name;
pub use json::json;
pub use markdown::markdown;

use crate::{Answered, Match};

/// The outcome of a question in the words of the exports.
fn outcome(answered: &Answered) -> &'static str {
    match (&answered.reply.error, answered.matched) {
        (Some(_), _) => "error",
        (None, Match::Option(_)) => "option",
        (None, Match::Refused) => "refused",
        (None, Match::NotFound) => "not found",
    }
}
