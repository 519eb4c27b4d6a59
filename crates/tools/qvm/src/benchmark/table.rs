use std::fmt::Write as _;
use std::iter;

use bench::{Cell, Grouping, PERMANENT_LINE, Preset, Row, Run};

use crate::grid::{self, left, right};

/// Counts for a terminal: a table for each grouping, and what guessing gets.
pub(crate) fn row_tables(row: &Row) -> String {
    let mut out = String::new();
    for grouping in Grouping::ALL {
        out += &groups(row, grouping);
        out.push('\n');
    }
    let overall = row.overall();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "No option found: {}; refused: {}", overall.not_found, overall.refused);
    out
}

/// A line for each group, and one for all questions.
fn groups(row: &Row, grouping: Grouping) -> String {
    // The same widths for every grouping, since their tables are printed below each other.
    let columns = [left(34), right(12), right(10), right(16), right(8)];
    let head = [grouping.title(), "right", "accuracy", "95 % interval", "chance"].map(str::to_owned);
    let line = |(group, cell): (&str, &Cell)| iter::once(group.to_owned()).chain(figures(cell)).collect();
    let lines = row.groups(grouping).chain(iter::once(("All questions", row.overall()))).map(line);
    grid::lines(&columns, iter::once(head.to_vec()).chain(lines)).join("\n") + "\n"
}

/// A run for a terminal: a line for each clinical task, one for all, and what guessing gets.
pub(crate) fn table(run: &Run) -> String {
    let row = run.row();
    let mut out = groups(&row, Grouping::ClinicalTask);
    let overall = row.overall();
    out.push('\n');
    let mut line = |text: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{text}");
    };
    if let Some(commonest) = run.commonest_answer() {
        let (letter, score) = (commonest.letter, commonest.score);
        let accuracy = share(score.accuracy());
        line(format!("Always answering {letter}: {} of {}, {accuracy}", score.hits, score.n));
    }
    let n_errors = run.answers.iter().filter(|answered| answered.reply.error.is_some()).count();
    // An error counts as an answer without an option.
    let n_unread = overall.not_found as usize - n_errors.min(overall.not_found as usize);
    line(format!("No option found: {n_unread}; refused: {}; errors: {n_errors}", overall.refused));
    if overall.n_circular > 0 {
        let circular = overall.circular();
        let accuracy = share(circular.accuracy());
        line(format!(
            "Right in every rotation of the options: {} of {}, {accuracy}",
            circular.hits, circular.n
        ));
    }
    if overall.n_disagreements > 0 {
        line(format!("Text and first token disagree: {}", overall.n_disagreements));
    }
    if overall.n == 0 && overall.n_asked > 0 {
        line(format!(
            "{} questions asked. Their right answers are not known: nothing is scored.",
            overall.n_asked
        ));
    }
    let c = &run.conditions;
    let images = if c.blank_images { ", images blanked" } else { "" };
    let data = c.data_set.description();
    line(format!("{}, {}, {}, {}; {data}{images}", c.model, c.quantisation, c.backend, c.rule));
    let (min, max) = (c.visual_tokens.min, c.visual_tokens.max);
    let preset =
        Preset::of(c.visual_tokens).map_or_else(String::new, |preset| format!(" ({})", preset.title()));
    line(format!(
        "Visual tokens {min} to {max}{preset}; {} of {} questions asked",
        run.n_asked(),
        run.n_total
    ));
    if let Some(shard) = c.shard {
        line(format!(
            "Shard {} of {}, counted from 0: a part of a run, no sample of it",
            shard.index, shard.of
        ));
    }
    if let Some(note) = c.data_set.note() {
        line(note.to_owned());
    }
    line(PERMANENT_LINE.to_owned());
    out
}

fn figures(cell: &Cell) -> [String; 4] {
    let score = cell.score();
    let interval = cell.interval().map_or_else(String::new, |i| format!("{:.3} to {:.3}", i.low, i.high));
    [format!("{}/{}", score.hits, score.n), share(score.accuracy()), interval, share(cell.chance())]
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use bench::{Answered, Conditions, DataSet, Letter, Question, Reply, Rule, VisualTokens};

    use super::*;

    fn answered(task: &str, said: Result<&str, &str>) -> Answered {
        let question = Question {
            options: ["yes", "no"].map(String::from).to_vec(),
            answer: Letter::of(1),
            clinical_task: task.into(),
            // Each of a label cell of its own, so that the interval is Wilson's.
            category: format!("{said:?}"),
            ..Question::default()
        };
        let reply = match said {
            Ok(text) => Reply { text: text.into(), ..Reply::default() },
            Err(error) => Reply { error: Some(error.into()), ..Reply::default() },
        };
        Answered::new(Rule::VlmEval2024, question, reply)
    }

    /// A run of five answers, complete.
    pub(crate) fn run() -> Run {
        let answers = vec![
            answered("Muscle", Ok("B. no")),
            answered("Bone", Ok("A. yes")),
            answered("Bone", Ok("B")),
            answered("Bone", Ok("hm")),
            answered("Bone", Err("lost")),
        ];
        let conditions = Conditions {
            model: "Phantom".into(),
            quantisation: "Q8_0".into(),
            backend: "cpu".into(),
            visual_tokens: VisualTokens { min: 4, max: 64 },
            rule: Rule::VlmEval2024,
            max_answer_tokens: 64,
            blank_images: true,
            data_set: DataSet::Sample { version: "test".into() },
            software: "0.1.0".into(),
            date: "2026-11-25".into(),
            selection: None,
            circular: false,
            questions: String::new(),
            shard: None,
        };
        Run { conditions, n_total: 5, answers }
    }

    #[test]
    fn figures_stand_beside_their_tasks() {
        let text = table(&run());
        let words = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            line[name.len()..].split_whitespace().collect::<Vec<_>>()
        };
        assert_eq!(words("Bone"), ["1/4", "0.250", "0.046", "to", "0.699", "0.500"]);
        assert_eq!(words("All questions")[..2], ["2/5", "0.400"]);
        for said in [
            "Always answering B: 5 of 5, 1.000",
            "No option found: 1; refused: 0; errors: 1",
            "Phantom, Q8_0, cpu, vlmeval-2024; bundled sample (test), images blanked",
            PERMANENT_LINE,
        ] {
            assert!(text.contains(said), "no `{said}` in:\n{text}");
        }
        assert!(!text.contains("Counting"), "a task without a question has no line");
    }
}
