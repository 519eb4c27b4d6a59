use super::{SMALL, escaped, progress, push, share};
use crate::{Cell, Grouping, Row, Run, Score, footnotes, published};

/// The recounted published rows beside a run on questions of GMAI-MMBench VAL, for the groups that the run has.
pub(super) fn push_published(out: &mut String, run: &Run, row: &Row) {
    let partial = if run.is_complete() { String::new() } else { format!(" ({})", progress(run)) };
    for grouping in Grouping::ALL {
        let small = if row.overall().score().is_small() { SMALL } else { "" };
        push(
            out,
            format_args!(
                "\n## {} beside the published rows{partial}\n\n| Group | This run{small} |",
                grouping.title()
            ),
        );
        published().iter().for_each(|published| push(out, format_args!(" {} |", published.model)));
        out.push_str("\n|:--|--:|");
        published().iter().for_each(|_| out.push_str("--:|"));
        out.push('\n');
        push_group(out, grouping, "Overall", row.overall());
        for (group, cell) in row.groups(grouping) {
            push_group(out, grouping, group, cell);
        }
    }
    push(
        out,
        format_args!(
            "\nThis is our own run under the conditions above, on {} of the benchmark's questions; the published rows cover all of \
them.\n\n{} {} {} {}\n",
            run.n_asked(),
            footnotes::SOURCE,
            footnotes::CONDITIONS,
            footnotes::NO_DEPARTMENT,
            footnotes::UNREAD
        ),
    );
}

fn push_group(out: &mut String, grouping: Grouping, group: &str, cell: &Cell) {
    push(out, format_args!("| {} | {} |", escaped(group), counted(cell.score())));
    for published in published() {
        let cell = published.cell(grouping, group);
        push(out, format_args!(" {} |", cell.map_or_else(String::new, |cell| counted(cell.score))));
    }
    out.push('\n');
}

/// `0.4646 (2114/4550)`.
fn counted(score: Score) -> String {
    match score.accuracy() {
        Some(_) => format!("{} ({}/{})", share(score.accuracy()), score.hits, score.n),
        None => "not known".to_owned(),
    }
}
