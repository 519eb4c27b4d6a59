use serde::{Deserialize, Serialize};

/// Stands beside the sample's figures wherever they are shown near those of the benchmark.
pub const NOT_GMAI_MMBENCH: &str = "The sample is not GMAI-MMBench: its images are synthetic phantoms, and only the form \
of its questions is the same. Its rows cannot be compared with the published ones.";

/// Stands beside the figures of a file without questions of VAL.
const NOT_VAL: &str = "The questions are not those of GMAI-MMBench VAL. The published rows are about other questions and cannot be \
compared with this run.";

/// The source of the questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", try_from = "Fields")]
pub enum DataSet {
    /// The bundled questions about phantoms.
    Sample {
        /// The version of the generator, or its seed.
        version: String,
    },
    /// More questions about phantoms, drawn for one measurement.
    #[serde(rename = "held")]
    HeldOut {
        /// The version of the generator, or its seed.
        version: String,
        /// Questions of each clinical task.
        per_task: u32,
    },
    /// A file that a person opened, or a part of one.
    File {
        /// Its name.
        name: String,
        /// All questions in it, asked or not.
        n_questions: u32,
        /// How many of the asked questions are GMAI-MMBench VAL's, word for word.
        n_val: u32,
    },
}

/// A data set as it is written. It is read through this struct: the code that serde derives for reading a tagged enum would add ten
/// kilobytes to the page.
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
    /// The data set in one line.
    pub fn description(&self) -> String {
        match self {
            Self::Sample { version } => format!("bundled sample ({version})"),
            Self::HeldOut { version, per_task } => {
                format!("held-out phantoms ({version}, {per_task} per clinical task)")
            }
            Self::File { name, n_questions, .. } => format!("{name} ({n_questions} questions)"),
        }
    }

    /// What a reader of its figures must know.
    pub const fn note(&self) -> Option<&'static str> {
        match self {
            Self::Sample { .. } | Self::HeldOut { .. } => Some(NOT_GMAI_MMBENCH),
            Self::File { n_val: 0, .. } => Some(NOT_VAL),
            Self::File { .. } => None,
        }
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
}
