use serde::{Deserialize, Serialize};

use crate::{Answered, Commonest, Question, Row, Rule, commonest_answer};

/// What stands beside the bundled sample's figures wherever they stand near the benchmark's.
pub const NOT_GMAI_MMBENCH: &str = "The sample is not GMAI-MMBench: its images are synthetic phantoms, and only the form \
of its questions is the same. Its rows cannot be compared with the published ones.";

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
    Held {
        /// What the generator was at, or its seed.
        version: String,
        /// Questions of each clinical task.
        per_task: u32,
    },
    /// A file that a person opened.
    File {
        /// Its name.
        name: String,
    },
}

/// A data set as it is written. It is read by way of this: what serde makes for a tagged enum is ten kilobytes of the page.
#[derive(Deserialize)]
struct Fields {
    kind: String,
    version: Option<String>,
    per_task: Option<u32>,
    name: Option<String>,
}

impl TryFrom<Fields> for DataSet {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let Fields { kind, version, per_task, name } = fields;
        match (kind.as_str(), version, per_task, name) {
            ("sample", Some(version), None, None) => Ok(Self::Sample { version }),
            ("held", Some(version), Some(per_task), None) => Ok(Self::Held { version, per_task }),
            ("file", None, None, Some(name)) => Ok(Self::File { name }),
            _ => Err(format!(
                "a data set of kind {kind}; expected sample with a version, held with a version and per_task, or file with a name"
            )),
        }
    }
}

impl DataSet {
    /// One line that says which.
    pub fn description(&self) -> String {
        match self {
            Self::Sample { version } => format!("bundled sample ({version})"),
            Self::Held { version, per_task } => {
                format!("held-out phantoms ({version}, {per_task} per clinical task)")
            }
            Self::File { name } => name.clone(),
        }
    }

    /// What must be said beside its figures.
    pub const fn note(&self) -> Option<&'static str> {
        match self {
            Self::Sample { .. } | Self::Held { .. } => Some(NOT_GMAI_MMBENCH),
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
    /// Questions asked so far.
    pub fn n_asked(&self) -> u32 {
        u32::try_from(self.answers.len()).unwrap_or(u32::MAX)
    }

    /// Whether every question was asked.
    pub fn is_complete(&self) -> bool {
        self.n_asked() >= self.n_total
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

    #[test]
    fn a_data_set_is_read_as_it_is_written() {
        let version = || "test".to_owned();
        for data_set in [
            DataSet::Sample { version: version() },
            DataSet::Held { version: version(), per_task: 3 },
            DataSet::File { name: "own.tsv".to_owned() },
        ] {
            let json = serde_json::to_string(&data_set).unwrap();
            assert_eq!(serde_json::from_str::<DataSet>(&json).unwrap(), data_set, "{json}");
        }
        for wrong in
            [r#"{"kind":"sample"}"#, r#"{"kind":"else","name":"x"}"#, r#"{"kind":"file","version":"x"}"#]
        {
            assert!(serde_json::from_str::<DataSet>(wrong).is_err(), "{wrong}");
        }
    }
}
