use serde::{Deserialize, Serialize};

use crate::{Answered, Commonest, Question, Reply, Row, Rule, Selection, commonest_answer};

/// What stands beside the bundled sample's figures wherever they stand near the benchmark's.
pub const NOT_GMAI_MMBENCH: &str = "The sample is not GMAI-MMBench: its images are synthetic phantoms, and only the form \
of its questions is the same. Its rows cannot be compared with the published ones.";

/// What stands beside the figures of a file whose questions are others.
const NOT_VAL: &str = "The questions are not those of GMAI-MMBench VAL. The published rows are of other questions, and cannot be \
compared with this run.";

/// Where the questions come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", try_from = "Fields")]
pub enum DataSet {
    /// The questions on phantoms that the page brings with it.
    Sample {
        /// What the generator was at, or its seed.
        version: String,
    },
    /// Further questions on phantoms, drawn for one measurement.
    #[serde(rename = "held")]
    HeldOut {
        /// What the generator was at, or its seed.
        version: String,
        /// Questions of each clinical task.
        per_task: u32,
    },
    /// A file that a person opened, or a part of one.
    File {
        /// Its name.
        name: String,
        /// Questions in it, whether asked or not.
        n_questions: u32,
        /// Of the questions that are asked, how many are GMAI-MMBench VAL's, word for word.
        n_val: u32,
    },
}

/// A data set as it is written. It is read by way of this: what serde makes for a tagged enum is ten kilobytes of the page.
#[derive(Deserialize)]
struct Fields {
    kind: String,
    version: Option<String>,
    per_task: Option<u32>,
    name: Option<String>,
    n_questions: Option<u32>,
    n_val: Option<u32>,
}

impl TryFrom<Fields> for DataSet {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let Fields { kind, version, per_task, name, n_questions, n_val } = fields;
        match (kind.as_str(), version, per_task, name, n_questions, n_val) {
            ("sample", Some(version), None, None, None, None) => Ok(Self::Sample { version }),
            ("held", Some(version), Some(per_task), None, None, None) => {
                Ok(Self::HeldOut { version, per_task })
            }
            ("file", None, None, Some(name), Some(n_questions), Some(n_val)) => {
                Ok(Self::File { name, n_questions, n_val })
            }
            _ => Err(format!(
                "a data set of kind {kind}; expected sample with a version, held with a version and per_task, or file with name, n_questions and n_val"
            )),
        }
    }
}

impl DataSet {
    /// One line that says which.
    pub fn description(&self) -> String {
        match self {
            Self::Sample { version } => format!("bundled sample ({version})"),
            Self::HeldOut { version, per_task } => {
                format!("held-out phantoms ({version}, {per_task} per clinical task)")
            }
            Self::File { name, n_questions, .. } => format!("{name} ({n_questions} questions)"),
        }
    }

    /// What must be said beside its figures.
    pub const fn note(&self) -> Option<&'static str> {
        match self {
            Self::Sample { .. } | Self::HeldOut { .. } => Some(NOT_GMAI_MMBENCH),
            Self::File { n_val: 0, .. } => Some(NOT_VAL),
            Self::File { .. } => None,
        }
    }
}

/// How many visual tokens an image may become; one token is 28 x 28 pixels of the resized image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisualTokens {
    /// A smaller image is enlarged to this many.
    pub min: u32,
    /// A larger one is reduced to this many.
    pub max: u32,
}

/// Everything a figure depends on besides the questions. Two runs may stand in one table only where these are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// The model's name.
    pub model: String,
    /// As GGUF names it: `Q8_0`, `Q4_K_M`.
    pub quantisation: String,
    /// What did the arithmetic: `cpu (wasm)`.
    pub backend: String,
    /// Bounds that the images were resized to.
    pub visual_tokens: VisualTokens,
    /// How answers were read.
    pub rule: Rule,
    /// Where answers were cut.
    pub max_answer_tokens: u32,
    /// Whether the model saw grey instead of the images, to learn what the questions give away.
    pub blank_images: bool,
    /// Where the questions come from.
    pub data_set: DataSet,
    /// Version of this software.
    pub software: String,
    /// When it began, as the caller writes it.
    pub date: String,
    /// Which questions of the data set are asked, and in which order; none where it is all in the set's own order.
    /// Logs and exports call it `sampling`, as they did from the beginning.
    #[serde(default, rename = "sampling")]
    pub selection: Option<Selection>,
    /// Whether every question is asked once more for each rotation of its options.
    #[serde(default)]
    pub circular: bool,
    /// Names the questions that are asked, in their order: see [`fingerprint`](crate::fingerprint). A run goes on only with these.
    #[serde(default)]
    pub questions: String,
    /// Which part of them this run asks; none where it asks all.
    #[serde(default)]
    pub shard: Option<Shard>,
}

/// A part of a run that several machines share: the questions whose place in the order leaves `index` when divided by `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 0.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
}

/// A run, over or under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What its figures depend on.
    pub conditions: Conditions,
    /// Questions that it has in all.
    pub n_total: u32,
    /// Those asked so far, in the order of asking.
    pub answers: Vec<Answered>,
}

impl Run {
    /// A run in which this was said so far, in the order of asking, read under the rule of its conditions.
    pub fn new(conditions: Conditions, n_total: u32, said: Vec<(Question, Reply)>) -> Self {
        let rule = conditions.rule;
        let answers =
            said.into_iter().map(|(question, reply)| Answered::new(rule, question, reply)).collect();
        Self { conditions, n_total, answers }
    }

    /// What was said so far, without what was read in it.
    pub fn said(self) -> Vec<(Question, Reply)> {
        self.answers.into_iter().map(|answered| (answered.question, answered.reply)).collect()
    }

    /// Questions asked so far.
    pub fn n_asked(&self) -> u32 {
        u32::try_from(self.answers.len()).unwrap_or(u32::MAX)
    }

    /// Whether every question was asked.
    pub fn is_complete(&self) -> bool {
        self.n_asked() >= self.n_total
    }

    /// How many of its questions are GMAI-MMBench VAL's, word for word; none where they come from no file.
    pub const fn n_val(&self) -> Option<u32> {
        match self.conditions.data_set {
            DataSet::File { n_val, .. } => Some(n_val),
            DataSet::Sample { .. } | DataSet::HeldOut { .. } => None,
        }
    }

    /// Whether the published rows may stand beside it: all of its questions are GMAI-MMBench VAL's, its answers are read under the
    /// rule that those were read under, and it is no mere shard.
    pub fn is_beside_published(&self) -> bool {
        self.conditions.shard.is_none()
            && self.n_total > 0
            && self.n_val() == Some(self.n_total)
            && self.conditions.rule == Rule::VlmEval2024
    }

    /// Its counts.
    pub fn row(&self) -> Row {
        self.answers.iter().collect()
    }

    /// What always giving the commonest letter gets on the questions asked.
    pub fn commonest_answer(&self) -> Option<Commonest> {
        commonest_answer(self.questions())
    }

    /// The questions asked.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.answers.iter().map(|answered| &answered.question)
    }

    /// The same replies under another rule.
    pub fn rescored(mut self, rule: Rule) -> Self {
        self.conditions.rule = rule;
        self.answers = self.answers.into_iter().map(|answered| answered.rescored(rule)).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Extent;

    #[test]
    fn a_data_set_is_read_as_it_is_written() {
        let version = || "test".to_owned();
        for data_set in [
            DataSet::Sample { version: version() },
            DataSet::HeldOut { version: version(), per_task: 3 },
            DataSet::File { name: "own.tsv".to_owned(), n_questions: 9, n_val: 3 },
        ] {
            let json = serde_json::to_string(&data_set).unwrap();
            assert_eq!(serde_json::from_str::<DataSet>(&json).unwrap(), data_set, "{json}");
        }
        for wrong in
            [r#"{"kind":"sample"}"#, r#"{"kind":"else","name":"x"}"#, r#"{"kind":"file","name":"x"}"#]
        {
            assert!(serde_json::from_str::<DataSet>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn kept_conditions_are_read_under_the_names_of_their_first_version() {
        let first = r#"{"model":"m","quantisation":"Q8_0","backend":"b","visual_tokens":{"min":4,"max":256},
            "rule":"vlmeval-2024","max_answer_tokens":20,"blank_images":false,
            "data_set":{"kind":"held","version":"v","per_task":3},"software":"s","date":"d",
            "sampling":{"seed":7,"extent":{"First":2}},"circular":false,"questions":"","shard":null}"#;
        let conditions: Conditions = serde_json::from_str(first).unwrap();
        assert_eq!(conditions.data_set, DataSet::HeldOut { version: "v".into(), per_task: 3 });
        assert_eq!(conditions.selection, Some(Selection { seed: 7, extent: Extent::First(2) }));
        let again = serde_json::to_value(&conditions).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(first).unwrap());
    }
}
