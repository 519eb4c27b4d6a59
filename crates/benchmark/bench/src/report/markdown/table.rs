use super::{SMALL, escaped, push, share};
use crate::{Cell, Grouping, Row, Run};

/// The columns that not every run has.
struct Beside {
    circular: bool,
    preference: bool,
}

/// The table of one grouping, with its heading.
pub(super) fn push_table(out: &mut String, run: &Run, row: &Row, grouping: Grouping) {
    let beside = Beside {
        circular: row.overall().n_circular > 0,
        preference: run.answers.iter().any(|answered| answered.preferred().is_some()),
    };
    push(out, format_args!("\n## {}\n\n", grouping.title()));
    out.push_str(
        "| Group | Hits / n | Accuracy | 95 % interval, clustered by label cell | Chance | No option found | Refused |",
    );
    let titles = [(beside.circular, " Circular |"), (beside.preference, " Disagree |")];
    let titles = titles.iter().filter(|(is, _)| *is);
    titles.clone().for_each(|(_, title)| out.push_str(title));
    out.push_str("\n|:--|--:|--:|:-:|--:|--:|--:|");
    titles.for_each(|_| out.push_str("--:|"));
    out.push('\n');
    push_cell(out, &beside, "**Overall**", row.overall());
    for (group, cell) in row.groups(grouping) {
        push_cell(out, &beside, &escaped(group), cell);
    }
}

fn push_cell(out: &mut String, beside: &Beside, name: &str, cell: &Cell) {
    let score = cell.score();
    let small = if score.is_small() { SMALL } else { "" };
    let hits = match cell.n {
        0 => format!("not known, {} asked", cell.n_asked),
        n => format!("{} / {n}", cell.hits),
    };
    let interval = cell.interval().map_or_else(String::new, |i| format!("{:.3} to {:.3}", i.low, i.high));
    push(
        out,
        format_args!(
            "| {name}{small} | {hits} | {} | {interval} | {} | {} | {} |",
            share(score.accuracy()),
            share(cell.chance()),
            cell.not_found,
            cell.refused,
        ),
    );
    if beside.circular {
        let circular = cell.circular();
        push(out, format_args!(" {} / {} |", circular.hits, circular.n));
    }
    if beside.preference {
        push(out, format_args!(" {} |", cell.n_disagreements));
    }
    out.push('\n');
}
