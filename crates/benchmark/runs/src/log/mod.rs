//! A run on disk: a file of JSON lines that is only ever appended to, so that a tab that dies loses at most the answer it was writing.
//! Never an image.
//!
//! ```text
//! {"format":"qwen2-vl-med benchmark run","version":1,"notice":"Research ...","id":"...","name":"...","conditions":{...},"n_total":948}
//! {"number":0,"question":{...},"reply":{...}}
//! {"number":1,"question":{...},"reply":{...}}
//! {"name":"second try"}
//! ```
//!
//! The first line is the header: what the run's figures depend on, as [`Conditions`](bench::Conditions) are written, and the questions
//! it has in all. Each further line is an answer, numbered from 0 without a gap, or a new name, of which the last holds. What a rule
//! read in an answer is not kept: it follows from the text, under the header's rule or any other.
//!
//! Every line ends with a line feed. One that does not is torn: [`parse`] leaves it out without a word. A writer may append directly
//! after it, since a whole answer or name is found after a torn one on the same line. An answer that cannot be read, or that does not
//! follow the one before, is counted and left out; so are all later ones until the missing one comes. Of two with one number the first stands.

mod error;
mod lines;
mod parse;
#[cfg(test)]
mod tests;

pub use error::LogError;
pub use parse::{Log, parse};

use std::borrow::Cow;

use bench::{KeptRun, PERMANENT_LINE, Question, Reply};
use lines::{Answer, FORMAT, Header, Name, VERSION};

/// The header of a run, and the lines of the answers that it has already.
pub fn begin(kept: &KeptRun) -> String {
    let header = Header {
        format: FORMAT.into(),
        version: VERSION,
        notice: PERMANENT_LINE.into(),
        id: kept.id.as_str().into(),
        name: kept.name.as_str().into(),
        conditions: Cow::Borrowed(&kept.run.conditions),
        n_total: kept.run.n_total,
    };
    let mut lines = lines::line(&header);
    for (number, answered) in (0..).zip(&kept.run.answers) {
        lines += &answer(number, &answered.question, &answered.reply);
    }
    lines
}

/// The line of one answer. `number` is its place in the run, from 0.
pub fn answer(number: u32, question: &Question, reply: &Reply) -> String {
    lines::line(&Answer { number, question: Cow::Borrowed(question), reply: lines::writable(reply) })
}

/// The line of a new name.
pub fn renamed(name: &str) -> String {
    lines::line(&Name { name: name.into() })
}
