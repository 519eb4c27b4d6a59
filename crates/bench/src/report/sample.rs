//! A run for the tests of the reports: five of 360 questions; a hit, a miss, an unread answer, an error, and a question whose
//! right answer is not known.

use crate::{Answered, Conditions, DataSet, Letter, Question, Reply, Rule, Run, VisualTokens};

pub(super) fn run() -> Run {
    let conditions = Conditions {
        model: "Phantom | 8M".into(),
        quantisation: "Q8_0".into(),
        backend: "cpu".into(),
        visual_tokens: VisualTokens { min: 4, max: 64 },
        rule: Rule::VlmEval2024,
        max_answer_tokens: 64,
        blank_images: false,
        data_set: DataSet::Sample { version: "test".into() },
        software: "0.1.0".into(),
        date: "2026-11-25".into(),
    };
    let answers = vec![
        answered(0, "Muscle", "Urology", Some('B'), "B. second, \"quoted\""),
        answered(1, "Muscle", "", Some('B'), "A. first"),
        answered(2, "Bone", "Urology", Some('A'), "a | b\nc, \"d\""),
        failed(answered(3, "Bone", "Urology", Some('C'), "")),
        answered(4, "Bone", "Urology", None, "B"),
    ];
    Run { conditions, n_total: 360, answers }
}

fn answered(index: u32, task: &str, department: &str, answer: Option<char>, said: &str) -> Answered {
    let question = Question {
        index: index.to_string(),
        question: "Which part, or\twhich?".into(),
        options: ["first", "second, \"quoted\"", "third | piped", "fourth\nline"].map(String::from).to_vec(),
        answer: answer.and_then(|c| Letter::try_from(c).ok()),
        category: "part".into(),
        clinical_task: task.into(),
        department: department.into(),
        granularity: "Image level".into(),
        modality: "CT".into(),
        original_task: "CLS_2D".into(),
    };
    let reply = Reply {
        text: said.into(),
        seconds: 1.25,
        n_visual_tokens: 25,
        n_answer_tokens: 5,
        ..Reply::default()
    };
    Answered::new(Rule::VlmEval2024, question, reply)
}

fn failed(answered: Answered) -> Answered {
    let reply = Reply { error: Some("the image cannot be decoded".into()), ..answered.reply };
    Answered::new(Rule::VlmEval2024, answered.question, reply)
}
