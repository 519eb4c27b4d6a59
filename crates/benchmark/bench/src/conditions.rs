use serde::{Deserialize, Serialize};

use crate::{DataSet, Rule, Selection};

/// How many visual tokens an image may become; one token is 28 x 28 pixels of the resized image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisualTokens {
    /// A smaller image is enlarged to this many.
    pub min: u32,
    /// A larger one is reduced to this many.
    pub max: u32,
}

/// The model of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunModel {
    /// Its name.
    pub name: String,
    /// As GGUF names it: `Q8_0`, `Q4_K_M`.
    pub quantisation: String,
    /// The machine that runs it: `CPU (candle)`.
    pub backend: String,
}

/// The questions of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunQuestions {
    /// Where they come from.
    pub data_set: DataSet,
    /// Which of the data set they are, and in which order; none if all are asked in the set's own order.
    pub selection: Option<Selection>,
    /// The [`fingerprint`](crate::fingerprint) of the questions of all shards.
    pub fingerprint: String,
    /// The part that this run asks; none if it asks all.
    pub shard: Option<Shard>,
}

/// How a run asks its questions and reads the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSettings {
    /// A preset's bounds, a person's, or the model's own.
    pub visual_tokens: VisualTokens,
    /// How answers are read.
    pub rule: Rule,
    /// The length at which an answer is cut.
    pub max_answer_tokens: u32,
    /// Whether the model sees grey instead of the images.
    pub blank_images: bool,
    /// Whether every question is asked again for each rotation of its options.
    pub circular: bool,
}

/// Everything besides the questions that a figure depends on. Two runs may only stand in one table with these beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// The model's name.
    pub model: String,
    /// As GGUF names it: `Q8_0`, `Q4_K_M`.
    pub quantisation: String,
    /// The machine that ran it: `CPU (candle)`.
    pub backend: String,
    /// Bounds that the images were resized to.
    pub visual_tokens: VisualTokens,
    /// How answers were read.
    pub rule: Rule,
    /// The length at which an answer was cut.
    pub max_answer_tokens: u32,
    /// Whether the model saw grey instead of the images, which shows how much the words alone give away.
    pub blank_images: bool,
    /// Where the questions come from.
    pub data_set: DataSet,
    /// Version of this software.
    pub software: String,
    /// When the run began, as the caller writes it.
    pub date: String,
    /// Which questions of the data set are asked, and in which order; none if all are asked in the set's own order. Logs and
    /// exports call it `sampling`, which was its first name.
    #[serde(default, rename = "sampling")]
    pub selection: Option<Selection>,
    /// Whether every question is asked once more for each rotation of its options.
    #[serde(default)]
    pub circular: bool,
    /// The [`fingerprint`](crate::fingerprint) of the questions in their order. A run can only be resumed with the same questions.
    #[serde(default)]
    pub questions: String,
    /// The part of them that this run asks; none if it asks all.
    #[serde(default)]
    pub shard: Option<Shard>,
}

impl Conditions {
    /// The conditions of a run that `software` begins on `date`.
    pub fn new(
        model: RunModel,
        questions: RunQuestions,
        settings: RunSettings,
        software: &'static str,
        date: String,
    ) -> Self {
        let RunModel { name, quantisation, backend } = model;
        let RunQuestions { data_set, selection, fingerprint, shard } = questions;
        let RunSettings { visual_tokens, rule, max_answer_tokens, blank_images, circular } = settings;
        Self {
            model: name,
            quantisation,
            backend,
            visual_tokens,
            rule,
            max_answer_tokens,
            blank_images,
            data_set,
            software: software.to_owned(),
            date,
            selection,
            circular,
            questions: fingerprint,
            shard,
        }
    }
}

/// A part of a run that several machines share: the questions whose place in the order has the remainder `index` when divided by
/// `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 0.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Extent;

    #[test]
    fn kept_conditions_are_read_under_the_names_of_their_first_version() {
        let first = r#"{"model":"m","quantisation":"Q8_0","backend":"b","visual_tokens":{"min":4,"max":256},
            "rule":"vlmeval-2025-08","max_answer_tokens":20,"blank_images":false,
            "data_set":{"kind":"held","version":"v","per_task":3},"software":"s","date":"d",
            "sampling":{"seed":7,"extent":{"First":2}},"circular":true,"questions":"f","shard":{"index":1,"of":4}}"#;
        let conditions: Conditions = serde_json::from_str(first).unwrap();
        let model = RunModel { name: "m".into(), quantisation: "Q8_0".into(), backend: "b".into() };
        let questions = RunQuestions {
            data_set: DataSet::HeldOut { version: "v".into(), per_task: 3 },
            selection: Some(Selection { seed: 7, extent: Extent::First(2) }),
            fingerprint: "f".into(),
            shard: Some(Shard { index: 1, of: 4 }),
        };
        let settings = RunSettings {
            visual_tokens: VisualTokens { min: 4, max: 256 },
            rule: Rule::VlmEval2025Aug,
            max_answer_tokens: 20,
            blank_images: false,
            circular: true,
        };
        assert_eq!(conditions, Conditions::new(model, questions, settings, "s", "d".into()));
        let again = serde_json::to_value(&conditions).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(first).unwrap());
    }
}
