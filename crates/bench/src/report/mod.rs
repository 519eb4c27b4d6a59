//! A run written down: for a spreadsheet, for a program, for a reader. Each carries the conditions and
//! [`PERMANENT_LINE`](crate::PERMANENT_LINE); none carries an image. A run that is under way is written as far as it has come.

mod csv;
mod figures;
mod json;
mod markdown;
#[cfg(test)]
mod sample;

pub use csv::csv;
pub use json::json;
pub use markdown::markdown;

use crate::{Answered, Match};

/// What became of a question, in the words of the exports.
fn outcome(answered: &Answered) -> &'static str {
    match (&answered.reply.error, answered.matched) {
        (Some(_), _) => "error",
        (None, Match::Option(_)) => "option",
        (None, Match::Refused) => "refused",
        (None, Match::NotFound) => "not found",
    }
}
