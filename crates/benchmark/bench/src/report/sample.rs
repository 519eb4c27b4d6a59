//! A run for the tests of the reports: five of 360 questions; a hit, a miss, an unread answer, an error, and a question whose
//! right answer is not known.

use crate::{
    Answered, Conditions, DataSet, Letter, Preset, Question, Reply, Rotation, Rule, Run, Selection,
    VisualTokens,
};

pub(crate) fn run() -> Run {
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
        selection: None,
        circular: false,
        questions: String::new(),
        shard: None,
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

/// The same run with the first token's preference in two answers, one of which disagrees with its text, with one answer in every
/// rotation, and in an order drawn from a seed.
pub(crate) fn looked_at_closely() -> Run {
    let mut run = run();
    run.conditions.selection = Some(Selection::default());
    run.conditions.circular = true;
    run.conditions.visual_tokens = Preset::Fast.visual_tokens();
    for answered in &mut run.answers[..2] {
        answered.reply.preference = vec![0.05, 0.912, 0.03, 0.008];
    }
    let reply = &mut run.answers[0].reply;
    reply.rotations =
        ["A", "D", "C"].map(|text| Rotation { text: text.into(), is_truncated: false }).to_vec();
    run.rescored(Rule::VlmEval2024)
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
