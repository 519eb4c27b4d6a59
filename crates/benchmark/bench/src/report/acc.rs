use std::collections::BTreeMap;

use super::conditions::{progress, seed, visual_tokens};
use crate::{Cell, Grouping, NO_GROUP, PERMANENT_LINE, Run, delimited};

/// The accuracy file that VLMEvalKit writes for one grouping (`report_acc_by_groups` in its `image_mcq.py`): a header and one row.
/// First comes `split`, which is always `none`, then the share of hits of `Overall` and of every group that had a question, sorted by
/// name, with all its digits. Our own columns follow: what the shares depend on, and the permanent line.
///
/// As in VLMEvalKit, the column of questions without a group is called `None` and is empty: pandas reads that word as a missing
/// value, so no row equals it, and the mean over no rows is written as nothing. A share is also empty if no right answer is known.
pub fn acc(run: &Run, grouping: Grouping) -> String {
    let row = run.row();
    let groups: BTreeMap<&str, &Cell> = row.groups(grouping).collect();
    let ours = ours(run);
    let header = ["split", "Overall"].into_iter().chain(groups.keys().copied());
    let header: Vec<&str> = header.chain(ours.iter().map(|(name, _)| *name)).collect();
    let shares = groups.into_iter().map(|(group, cell)| match group {
        NO_GROUP => String::new(),
        _ => share(cell),
    });
    let values = ["none".to_owned(), share(row.overall())].into_iter().chain(shares);
    let values: Vec<String> = values.chain(ours.into_iter().map(|(_, value)| value)).collect();
    delimited::text(b',', |lines| lines.write_record(header).and_then(|()| lines.write_record(values)))
}

/// As Python writes a float: the shortest text with a point that reads back as the same number.
fn share(cell: &Cell) -> String {
    cell.score().accuracy().map_or_else(String::new, |share| format!("{share:?}"))
}

fn ours(run: &Run) -> [(&'static str, String); 12] {
    let c = &run.conditions;
    [
        ("model", c.model.clone()),
        ("quantisation", c.quantisation.clone()),
        ("backend", c.backend.clone()),
        ("visual tokens", visual_tokens(c.visual_tokens)),
        ("rule", c.rule.to_string()),
        ("images", if c.blank_images { "blanked" } else { "shown" }.to_owned()),
        ("data set", c.data_set.description()),
        ("asked", progress(run)),
        ("seed", seed(c.selection)),
        ("software", c.software.clone()),
        ("date", c.date.clone()),
        ("notice", PERMANENT_LINE.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    /// Header and values as a reader of CSV gets them.
    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(String::from).collect();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1, "{text}");
        (header, rows[0].iter().map(String::from).collect())
    }

    #[test]
    fn it_begins_as_vlmevalkits_does() {
        let text = acc(&sample::run(), Grouping::ClinicalTask);
        assert!(text.starts_with("split,Overall,Bone,Muscle,model,"), "{text}");
        assert!(text.contains("\nnone,0.25,0.0,0.5,"), "{text}");
        let (header, values) = read(&text);
        assert_eq!(header.len(), values.len());
        assert_eq!(values.last().unwrap(), PERMANENT_LINE);
        assert_eq!(values[header.iter().position(|name| name == "rule").unwrap()], "vlmeval-2024");
    }

    #[test]
    fn questions_without_a_department_have_an_empty_column() {
        let (header, values) = read(&acc(&sample::run(), Grouping::Department));
        assert_eq!(header[..4], ["split", "Overall", "None", "Urology"]);
        assert_eq!(values[2], "");
        assert_eq!(values[3].parse::<f64>().unwrap(), 1.0 / 3.0);
        assert_ne!(values[3].parse::<f64>().unwrap(), 0.3333, "all digits are there");
    }

    #[test]
    fn groups_are_sorted_as_python_sorts_them() {
        let mut run = sample::run();
        run.answers[0].question.granularity = "box".into();
        run.answers[1].question.granularity = "Zone".into();
        let (header, _) = read(&acc(&run, Grouping::Granularity));
        assert_eq!(header[2..5], ["Image level", "Zone", "box"], "capitals come first");
    }

    #[test]
    fn nothing_is_scored_where_no_answer_is_known() {
        let mut run = sample::run();
        run.answers.retain(|answered| answered.question.answer.is_none());
        let (header, values) = read(&acc(&run, Grouping::ClinicalTask));
        assert_eq!((header[2].as_str(), values[1].as_str(), values[2].as_str()), ("Bone", "", ""));
    }
}
