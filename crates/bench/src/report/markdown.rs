use std::fmt::Write;

use crate::{Cell, Grouping, MIN_N, PERMANENT_LINE, Run};

/// Conditions and the three tables, one line per group. Groups of the benchmark without a question are left out.
pub fn markdown(run: &Run) -> String {
    let row = run.row();
    let mut out = format!("# Benchmark run: {}\n\n> {PERMANENT_LINE}\n\n", escaped(&run.conditions.model));
    if let Some(note) = run.conditions.data_set.note() {
        push(&mut out, format_args!("{note}\n\n"));
    }
    push_conditions(&mut out, run);
    for grouping in Grouping::ALL {
        push(&mut out, format_args!("\n## {}\n\n{HEADER}", grouping.title()));
        push_cell(&mut out, "**Overall**", row.overall());
        for (group, cell) in row.groups(grouping) {
            push_cell(&mut out, &escaped(group), cell);
        }
    }
    push(
        &mut out,
        format_args!(
            "\nIntervals are Wilson's, 95 %, and take questions as independent. \
Chance is what guessing gets right on the same questions. {SMALL} Fewer than {MIN_N} questions: too few to conclude from.\n"
        ),
    );
    out
}

const HEADER: &str = "| Group | Hits / n | Accuracy | 95 % interval | Chance | No option found | Refused |\n\
|:--|--:|--:|:-:|--:|--:|--:|\n";

/// Marks a cell of fewer than [`MIN_N`] questions.
const SMALL: &str = "†";

fn push_conditions(out: &mut String, run: &Run) {
    let c = &run.conditions;
    let progress = if run.is_complete() { "" } else { " (partial)" };
    let commonest = run.commonest_answer().map_or_else(String::new, |commonest| {
        format!("always {}: {}", commonest.letter, share(commonest.score.accuracy()))
    });
    let lines = [
        ("Model", c.model.clone()),
        ("Quantisation", c.quantisation.clone()),
        ("Backend", c.backend.clone()),
        ("Visual tokens per image", format!("{} to {}", c.visual_tokens.min, c.visual_tokens.max)),
        ("Answers cut after", format!("{} tokens", c.max_answer_tokens)),
        ("Matching rule", c.rule.to_string()),
        ("Images", if c.blank_images { "blanked" } else { "shown" }.to_owned()),
        ("Data set", c.data_set.description()),
        ("Questions asked", format!("{} of {}{progress}", run.n_asked(), run.n_total)),
        ("Commonest answer", commonest),
        ("Software", c.software.clone()),
        ("Date", c.date.clone()),
    ];
    out.push_str("| Condition | |\n|:--|:--|\n");
    for (name, value) in lines {
        push(out, format_args!("| {name} | {} |\n", escaped(&value)));
    }
}

fn push_cell(out: &mut String, name: &str, cell: &Cell) {
    let score = cell.score();
    let small = if score.is_small() { SMALL } else { "" };
    let interval = score.interval().map_or_else(String::new, |i| format!("{:.3} to {:.3}", i.low, i.high));
    push(
        out,
        format_args!(
            "| {name}{small} | {} / {} | {} | {interval} | {} | {} | {} |\n",
            cell.hits,
            cell.n,
            share(score.accuracy()),
            share(cell.chance()),
            cell.not_found,
            cell.refused,
        ),
    );
}

/// With four decimals, as the published tables print it.
fn share(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{share:.4}"))
}

/// A text as the content of one table cell, its signs without meaning.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '\\' | '*' | '`' | '<' | '[' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::NOT_GMAI_MMBENCH;

    /// Columns of a table line: bars that are not escaped, less one.
    fn n_columns(line: &str) -> usize {
        line.replace("\\|", "").matches('|').count() - 1
    }

    #[test]
    fn it_tells_conditions_and_three_tables() {
        let text = markdown(&sample::run());
        assert!(text.contains(PERMANENT_LINE) && text.contains(NOT_GMAI_MMBENCH));
        assert!(text.starts_with("# Benchmark run: Phantom \\| 8M\n"), "{text}");
        assert!(text.contains("| Questions asked | 5 of 360 (partial) |\n"), "{text}");
        assert!(text.contains("| Commonest answer | always B: 0.5000 |\n"), "{text}");
        assert!(text.contains("| Visual tokens per image | 4 to 64 |\n"));
        let overall = "| **Overall**† | 1 / 4 | 0.2500 | 0.046 to 0.699 | 0.2500 | 2 | 0 |\n";
        assert_eq!(text.matches(overall).count(), 3, "{text}");
        assert!(text.contains("| Muscle† | 1 / 2 | 0.5000 | 0.095 to 0.905 | 0.2500 | 0 | 0 |\n"), "{text}");
        assert_eq!(text.matches("\n## ").count(), 3);
    }

    #[test]
    fn every_line_of_a_table_has_its_columns() {
        let mut run = sample::run();
        run.answers[0].question.department = "Head | Neck\nSurgery".into();
        let text = markdown(&run);
        assert!(text.contains("| Head \\| Neck Surgery† |"), "{text}");
        let mut n_tables = 0;
        for table in text.split("\n\n").filter(|block| block.starts_with('|')) {
            n_tables += 1;
            let wanted = n_columns(table.lines().next().unwrap());
            for line in table.lines() {
                assert_eq!(n_columns(line), wanted, "{line}");
            }
        }
        assert_eq!(n_tables, 4);
    }
}
