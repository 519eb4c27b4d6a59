use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::conditions::extent;
use super::figures::Figures;
use super::{note, outcome};
use crate::{
    Answered, Commonest, Conditions, Grouping, Letter, PERMANENT_LINE, Preset, Question, Reply, Run,
};

/// The whole run as one object: `hits`, `n`, `not_found` and `refused` with accuracy, interval, chance, disagreements of text and
/// first token, and circular hits; the same for every group that had a question, under `groups` by VLMEvalKit's column name; the
/// score of always giving the commonest letter; the conditions; and each question with its reply, in the order of asking. Intervals
/// are 95 % intervals, clustered by label cell. Indented, UTF-8.
pub fn json(run: &Run) -> String {
    let row = run.row();
    let groups = Grouping::ALL.map(|grouping| {
        let cells = row.groups(grouping).map(|(group, cell)| (group, cell.into())).collect();
        (grouping.key(), cells)
    });
    let document = Document {
        notice: PERMANENT_LINE,
        note: note(run),
        conditions: &run.conditions,
        preset: Preset::of(run.conditions.visual_tokens).map(Preset::title),
        extent: extent(run.conditions.selection),
        n_asked: run.n_asked(),
        n_total: run.n_total,
        overall: row.overall().into(),
        commonest_answer: run.commonest_answer().map(Always::from),
        groups: groups.into(),
        questions: run.answers.iter().map(Line::from).collect(),
    };
    #[expect(clippy::expect_used, reason = "plain data whose only map keys are strings always serialises")]
    serde_json::to_string_pretty(&document).expect("plain data")
}

#[derive(Serialize)]
struct Document<'a> {
    notice: &'static str,
    note: Option<Cow<'static, str>>,
    conditions: &'a Conditions,
    /// The preset with these bounds of visual tokens.
    preset: Option<&'static str>,
    /// Which questions of the data set are asked, in words.
    extent: String,
    n_asked: u32,
    n_total: u32,
    #[serde(flatten)]
    overall: Figures,
    commonest_answer: Option<Always>,
    groups: BTreeMap<&'static str, BTreeMap<&'a str, Figures>>,
    questions: Vec<Line<'a>>,
}

/// The score of always giving one letter.
#[derive(Serialize)]
struct Always {
    letter: Letter,
    hits: u32,
    n: u32,
    accuracy: Option<f64>,
}

impl From<Commonest> for Always {
    fn from(Commonest { letter, score }: Commonest) -> Self {
        Self { letter, hits: score.hits, n: score.n, accuracy: score.accuracy() }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    question: &'a Question,
    #[serde(flatten)]
    reply: &'a Reply,
    matched: Option<Letter>,
    outcome: &'static str,
    hit: Option<bool>,
    preferred: Option<Letter>,
    disagrees: bool,
    circular_hit: Option<bool>,
}

impl<'a> From<&'a Answered> for Line<'a> {
    fn from(answered: &'a Answered) -> Self {
        Self {
            question: &answered.question,
            reply: &answered.reply,
            matched: answered.letter(),
            outcome: outcome(answered),
            hit: answered.hit,
            preferred: answered.preferred(),
            disagrees: answered.disagrees(),
            circular_hit: answered.circular_hit,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json as value};

    use super::super::sample;
    use super::*;
    use crate::NOT_GMAI_MMBENCH;

    #[test]
    fn counts_conditions_and_questions_are_there() {
        let run = sample::run();
        let found: Value = serde_json::from_str(&json(&run)).unwrap();
        assert_eq!(found["notice"], PERMANENT_LINE);
        assert_eq!(found["note"], NOT_GMAI_MMBENCH);
        let counts =
            ["hits", "n", "not_found", "refused", "n_asked", "n_total"].map(|key| found[key].clone());
        assert_eq!(counts.to_vec(), [1, 4, 2, 0, 5, 360]);
        assert_eq!(found["accuracy"], 0.25);
        assert_eq!(found["commonest_answer"], value!({"letter": "B", "hits": 2, "n": 4, "accuracy": 0.5}));
        assert_eq!(found["conditions"]["rule"], "vlmeval-2024");
        assert_eq!(found["conditions"]["data_set"], value!({"kind": "sample", "version": "test"}));
        assert_eq!(found["conditions"]["visual_tokens"], value!({"min": 4, "max": 64}));

        let muscle = &found["groups"]["clinical vqa task"]["Muscle"];
        assert_eq!(
            (&muscle["hits"], &muscle["n"], &muscle["not_found"]),
            (&value!(1), &value!(2), &value!(0))
        );
        let [low, high] = [0, 1].map(|i| muscle["interval_95"][i].as_f64().unwrap());
        assert!(low < 0.5 && 0.5 < high, "{low} {high}");
        assert_eq!(found["groups"]["department"]["None"]["n"], 1);
        assert_eq!(found["groups"]["perceptual granularity"]["Image level"]["n"], 4);

        let questions = found["questions"].as_array().unwrap();
        assert_eq!(questions.len(), 5);
        assert_eq!(questions[2]["text"], "a | b\nc, \"d\"");
        assert_eq!((&questions[2]["matched"], &questions[2]["hit"]), (&Value::Null, &value!(false)));
        assert_eq!((&questions[3]["outcome"], &questions[4]["hit"]), (&value!("error"), &Value::Null));
    }

    #[test]
    fn preference_rotations_and_selection_are_there() {
        let found: Value = serde_json::from_str(&json(&sample::looked_at_closely())).unwrap();
        assert_eq!((&found["disagreements"], &found["preset"]), (&value!(1), &value!("Fast")));
        assert_eq!(found["circular"], value!({"hits": 1, "n": 1, "accuracy": 1.0}));
        assert_eq!(found["groups"]["clinical vqa task"]["Bone"]["circular"], Value::Null);
        assert_eq!(found["extent"], "one per label cell");
        assert_eq!(found["conditions"]["sampling"]["seed"], crate::DEFAULT_SEED);
        assert_eq!(found["conditions"]["circular"], true);
        let questions = found["questions"].as_array().unwrap();
        assert_eq!((&questions[1]["preferred"], &questions[1]["disagrees"]), (&value!("B"), &value!(true)));
        assert_eq!(questions[0]["rotations"][1]["text"], "D");
        assert_eq!(
            (&questions[0]["circular_hit"], &questions[1]["circular_hit"]),
            (&value!(true), &Value::Null)
        );
        assert_eq!(questions[0]["preference"].as_array().unwrap().len(), 4);
    }

    #[test]
    fn a_run_that_has_not_begun_has_no_accuracy() {
        let run = Run { answers: Vec::new(), ..sample::run() };
        let found: Value = serde_json::from_str(&json(&run)).unwrap();
        assert_eq!(
            (&found["n"], &found["accuracy"], &found["interval_95"]),
            (&value!(0), &Value::Null, &Value::Null)
        );
    }
}
