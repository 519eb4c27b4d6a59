use super::figures::{SHARE_COLUMNS, Share};
use super::{headings, line};
use crate::{Run, Sheet, label_cell};

/// Hits as asked beside hits in every rotation, on the questions that had both; none if nothing was rotated.
pub(super) fn sheet(run: &Run) -> Option<Sheet> {
    let (mut asked, mut circular, mut lost) = (Share::default(), Share::default(), Share::default());
    for answered in &run.answers {
        let (Some(hit), Some(all)) = (answered.hit, answered.circular_hit) else { continue };
        let cell = label_cell(&answered.question);
        asked.add(&cell, hit);
        circular.add(&cell, all);
        if hit {
            lost.add(&cell, !all);
        }
    }
    (asked.score().n > 0).then(|| {
        let note = "Each question was asked once for every rotation of its options. Circular evaluation counts it as right only if \
every rotation is right. If a question is right as asked but not in every rotation, the place of the right option decided. Do not put \
circular figures in one column with others.";
        let columns = [&["Rule"][..], &SHARE_COLUMNS].concat();
        let rows = vec![
            line("Right as asked", asked.cells()),
            line("Right in every rotation", circular.cells()),
            line("Of those right as asked, not right in every rotation", lost.cells()),
        ];
        super::sheet("Circular evaluation".to_owned(), note.to_owned(), headings(&columns), rows)
    })
}
