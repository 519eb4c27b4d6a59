use super::figures::{SHARE_COLUMNS, Share};
use super::{headings, line};
use crate::{Run, Sheet, label_cell};

/// How often the text names another option than the first token's probabilities prefer, and which of the two was right; none if
/// no probabilities were recorded.
pub(super) fn sheet(run: &Run) -> Option<Sheet> {
    let [mut disagree, mut unread, mut text_right, mut token_right] = [(); 4].map(|()| Share::default());
    let (mut text_right_there, mut token_right_there) = (Share::default(), Share::default());
    for answered in &run.answers {
        let Some(preferred) = answered.preferred() else { continue };
        let cell = label_cell(&answered.question);
        unread.add(&cell, answered.letter().is_none());
        disagree.add(&cell, answered.disagrees());
        let (Some(hit), Some(answer)) = (answered.hit, answered.question.answer) else { continue };
        text_right.add(&cell, hit);
        token_right.add(&cell, preferred == answer);
        if answered.disagrees() {
            text_right_there.add(&cell, hit);
            token_right_there.add(&cell, preferred == answer);
        }
    }
    (disagree.score().n > 0).then(|| {
        let note = "The first token's probabilities are a relative preference among the options, not a calibrated confidence. \
The text decides whether an answer is right; the first token is only shown for comparison.";
        let columns = [&["First token and text"][..], &SHARE_COLUMNS].concat();
        let mut rows = vec![
            line("They name different options", disagree.cells()),
            line("The text names no option", unread.cells()),
        ];
        if text_right.score().n > 0 {
            rows.extend([
                line("Where they differ, the text is right", text_right_there.cells()),
                line("Where they differ, the first token is right", token_right_there.cells()),
                line("Anywhere, the text is right", text_right.cells()),
                line("Anywhere, the first token is right", token_right.cells()),
            ]);
        }
        super::sheet("First token and text".to_owned(), note.to_owned(), headings(&columns), rows)
    })
}
