//! Visual question answering benchmarks: questions, their prompt, the rules that read an answer, the statistics of hits, published
//! rows, and reports.
//!
//! Nothing here knows a model or an image. A run is a list of [`Answered`] questions; everything else follows from it: [`Row`]
//! counts its hits by group, [`report`] exports it, and [`Answered::rescored`] reads an answer again under another [`Rule`]. The data
//! set is GMAI-MMBench (arXiv 2408.03361) or anything of its form, and prompts and matching are VLMEvalKit's.

mod agreement;
mod analysis;
mod answered;
pub mod chart;
mod columns;
mod conditions;
pub mod data;
mod data_set;
mod delimited;
mod form;
mod grouping;
mod kept;
mod letter;
mod matching;
mod preset;
mod problem;
mod prompt;
mod published;
mod question;
pub mod report;
mod run;
mod selection;
mod sheet;
mod statistics;
mod tally;
pub mod tsv;

pub use agreement::{answers_line, is_val, published_answers};
pub use analysis::analyse;
pub use answered::{Answered, Reply, Rotation};
pub use columns::{column_names, option_columns};
pub use conditions::{Conditions, RunModel, RunQuestions, RunSettings, Shard, VisualTokens};
pub use data::fingerprint;
pub use data_set::{DataSet, NOT_GMAI_MMBENCH};
pub use form::Form;
pub use grouping::{Grouping, NO_GROUP};
pub use kept::{KeptRun, RunSummary};
pub use letter::{Letter, MAX_OPTIONS, NotALetter};
pub use matching::{Match, Rule, UnknownRule, matched};
pub use preset::Preset;
pub use problem::Problem;
pub use prompt::prompt;
pub use published::{Published, PublishedCell, footnotes, published};
pub use question::{Question, QuestionError};
pub use run::Run;
pub use selection::{DEFAULT_SEED, Extent, Selection};
pub use sheet::{Analysis, Sheet};
pub use statistics::{
    Cluster, ClusterSums, Clustered, Commonest, Interval, MIN_N, Paired, Score, chance, commonest_answer,
    holm, label_cell, mcnemar_exact, wilson_95,
};
pub use tally::{Cell, Row};

/// The page always shows this, and every export carries it, word for word.
pub const PERMANENT_LINE: &str = "Research and education only. Not a medical device, not reviewed by any regulator. \
Do not use for diagnosis, treatment or any decision about a person's health. The models are often wrong.";
