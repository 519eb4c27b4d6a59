use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version of VLMEvalKit's matching. Do not put figures under different rules in one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rule {
    /// Until August 2025. The published rows were scored with it.
    #[default]
    #[serde(rename = "vlmeval-2024")]
    VlmEval2024,
    /// From 2025-08-04 (open-compass/VLMEvalKit#1175): the letter must be one of the last four words, and texts are not searched
    /// for in an answer longer than twice all options together.
    #[serde(rename = "vlmeval-2025-08")]
    VlmEval2025Aug,
    /// From 2026-06-17 (open-compass/VLMEvalKit#1552): before the texts, `answer is X` is searched for, with A to D for X.
    #[serde(rename = "vlmeval-2026-06")]
    VlmEval2026Jun,
}

/// A name that no rule has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no matching rule {0:?}; the rules are vlmeval-2024, vlmeval-2025-08 and vlmeval-2026-06")]
pub struct UnknownRule(pub String);

impl Rule {
    /// All, oldest first.
    pub const ALL: [Self; 3] = [Self::VlmEval2024, Self::VlmEval2025Aug, Self::VlmEval2026Jun];

    /// Its name in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VlmEval2024 => "vlmeval-2024",
            Self::VlmEval2025Aug => "vlmeval-2025-08",
            Self::VlmEval2026Jun => "vlmeval-2026-06",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        Self::ALL.into_iter().find(|rule| rule.name() == name).ok_or_else(|| UnknownRule(name.to_owned()))
    }
}
