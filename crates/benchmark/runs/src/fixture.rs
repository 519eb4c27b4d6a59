//! A small run for tests: a question on a limb, with two options of which the first is always the answer given.

use bench::{Conditions, DataSet, Letter, Question, Reply, Rule, VisualTokens};

pub(crate) fn conditions() -> Conditions {
    Conditions {
        model: "Qwen2-VL-2B".into(),
        quantisation: "Q8_0".into(),
        backend: "CPU (candle)".into(),
        visual_tokens: VisualTokens { min: 4, max: 256 },
        rule: Rule::VlmEval2024,
        max_answer_tokens: 32,
        blank_images: false,
        data_set: DataSet::Sample { version: "test".into() },
        software: "test".into(),
        date: "2026-11-29".into(),
        selection: None,
        circular: false,
        questions: "0123456789abcdef".into(),
        shard: None,
    }
}

/// Right if its number is even.
pub(crate) fn question(number: u32) -> Question {
    Question {
        index: number.to_string(),
        question: format!("Which is it?\n\"{number}\""),
        options: ["liver", "spleen"].map(String::from).to_vec(),
        answer: Letter::of(number as usize % 2),
        clinical_task: "Bone".into(),
        ..Question::default()
    }
}

/// Every tenth question of a data set.
#[cfg(test)]
pub(crate) fn plan(n: u32) -> Vec<(u32, Question)> {
    (0..n).map(|number| (10 * number, question(number))).collect()
}

/// Always the first option.
pub(crate) fn reply() -> Reply {
    Reply { text: "A. liver".into(), seconds: 1.5, preference: vec![0.75, 0.25], ..Reply::default() }
}
