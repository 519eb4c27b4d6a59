//! Visual question answering benchmarks: questions, the prompt that puts them, the rules that read an answer, the statistics
//! of hits, the rows that others published, and reports.
//!
//! Nothing here knows a model or an image. A run is a list of [`Answered`] questions; everything else follows from it:
//! [`Row`] counts it by group, [`report`] writes it down, [`Answered::rescored`] reads it again under another [`Rule`].
//! The data set is GMAI-MMBench (arXiv 2408.03361) or anything of its form, and the practice is VLMEvalKit's.

mod answered;
mod delimited;
mod grouping;
mod letter;
mod matching;
mod prompt;
mod published;
mod question;
pub mod report;
mod run;
mod statistics;
mod tally;
pub mod tsv;

pub use answered::{Answered, Reply};
pub use grouping::{Grouping, NO_GROUP};
pub use letter::{Letter, MAX_OPTIONS, NotALetter};
pub use matching::{Match, Rule, UnknownRule, matched};
pub use prompt::prompt;
pub use published::{Published, PublishedCell, footnotes, published};
pub use question::{Question, QuestionError};
pub use run::{Conditions, DataSet, NOT_GMAI_MMBENCH, Run, VisualTokens};
pub use statistics::{Commonest, Interval, MIN_N, Score, chance, commonest_answer, wilson_95};
pub use tally::{Cell, Row};

/// What the page shows at all times and every export carries, word for word.
pub const PERMANENT_LINE: &str = "Research and education only. Not a medical device, not reviewed by any regulator. \
Do not use for diagnosis, treatment or any decision about a person's health. The models are often wrong.";
