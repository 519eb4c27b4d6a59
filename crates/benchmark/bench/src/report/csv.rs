use crate::report::{conditions, outcome};
use crate::{Answered, Grouping, Letter, Run, column_names, delimited, option_columns};

/// One line for each question asked, in the order of asking: the benchmark's columns without the image, VLMEvalKit's `prediction` and
/// `hit`, what was read in the answer and what it cost, what the first token prefers, then the run's conditions. These are the same on
/// every line, so that files of several runs can be joined. Columns such as `hit` are 1 or 0, or empty if not known. The last column is
/// the permanent line. Comma-separated, UTF-8, with line feeds.
pub fn csv(run: &Run) -> String {
    let letters = option_columns(run.questions());
    let conditions = conditions(run);
    delimited::text(b',', |lines| {
        lines.write_record(header(&letters).chain(conditions.iter().map(|(name, _)| (*name).to_owned())))?;
        for answered in &run.answers {
            let fields = fields(answered, &letters).into_iter();
            lines.write_record(fields.chain(conditions.iter().map(|(_, value)| value.clone())))?;
        }
        Ok(())
    })
}

fn header(letters: &[Letter]) -> impl Iterator<Item = String> {
    let read = ["prediction", "hit", "matched", "outcome", "error"];
    let cost = ["seconds", "visual tokens", "answer tokens", "truncated"];
    let beside = ["preferred", "preference", "disagrees", "circular hit"];
    column_names(letters)
        .into_iter()
        .chain([&read[..], &cost, &beside].concat().into_iter().map(String::from))
}

/// In the order of [`header`].
fn fields(answered: &Answered, letters: &[Letter]) -> Vec<String> {
    let Answered { question, reply, hit, .. } = answered;
    let letter = |letter: Option<Letter>| letter.map(|letter| letter.to_string()).unwrap_or_default();
    let flag = |is: Option<bool>| is.map(|is| u8::from(is).to_string()).unwrap_or_default();
    let preferred = answered.preferred();
    let mut fields = vec![question.index.clone(), question.question.clone()];
    fields.extend(letters.iter().map(|&letter| question.option(letter).unwrap_or_default().to_owned()));
    fields.extend([letter(question.answer), question.category.clone()]);
    fields.extend(Grouping::ALL.map(|grouping| grouping.group_of(question).to_owned()));
    fields.extend([
        question.modality.clone(),
        question.original_task.clone(),
        reply.text.clone(),
        flag(*hit),
        letter(answered.letter()),
        outcome(answered).to_owned(),
        reply.error.clone().unwrap_or_default(),
        format!("{:.3}", reply.seconds),
        reply.n_visual_tokens.to_string(),
        reply.n_answer_tokens.to_string(),
        flag(Some(reply.is_truncated)),
        letter(preferred),
        preference(&reply.preference),
        flag(preferred.map(|_| answered.disagrees())),
        flag(answered.circular_hit),
    ]);
    fields
}

/// `A 0.912; B 0.050`, to three decimals.
fn preference(shares: &[f32]) -> String {
    let each = Letter::first(shares.len()).zip(shares).map(|(letter, share)| format!("{letter} {share:.3}"));
    each.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::{PERMANENT_LINE, Selection};

    fn read(text: &str) -> (csv::StringRecord, Vec<csv::StringRecord>) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        (header, reader.records().map(Result::unwrap).collect())
    }

    #[test]
    fn every_question_is_one_line_that_a_reader_gets_back() {
        let run = sample::run();
        let (header, lines) = read(&csv(&run));
        assert_eq!(lines.len(), run.answers.len());
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        for (line, answered) in lines.iter().zip(&run.answers) {
            assert_eq!(&line[at("index")], answered.question.index);
            assert_eq!(&line[at("prediction")], answered.reply.text, "word for word");
            assert_eq!(&line[at("B")], answered.question.options[1]);
            assert_eq!(&line[at("notice")], PERMANENT_LINE);
            assert_eq!(&line[at("rule")], "vlmeval-2024");
            assert_eq!(&line[at("clinical VQA task")], answered.question.clinical_task);
        }
        let column = |name: &str| lines.iter().map(|line| line[at(name)].to_owned()).collect::<Vec<_>>();
        assert_eq!(column("hit"), ["1", "0", "0", "0", ""]);
        assert_eq!(column("matched"), ["B", "A", "", "", "B"]);
        assert_eq!(column("outcome"), ["option", "option", "not found", "error", "option"]);
        assert_eq!(column("department"), ["Urology", "None", "Urology", "Urology", "Urology"]);
        assert_eq!(column("seconds")[0], "1.250");
    }

    #[test]
    fn preference_rotations_and_selection_have_columns() {
        let run = sample::looked_at_closely();
        let (header, lines) = read(&csv(&run));
        let column = |name: &str| {
            let at = header.iter().position(|column| column == name).unwrap();
            lines.iter().map(|line| line[at].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(column("preferred"), ["B", "B", "", "", ""]);
        assert_eq!(column("preference")[0], "A 0.050; B 0.912; C 0.030; D 0.008");
        assert_eq!(column("disagrees"), ["0", "1", "", "", ""]);
        assert_eq!(column("circular hit"), ["1", "", "", "", ""]);
        assert_eq!(column("seed")[0], crate::DEFAULT_SEED.to_string());
        assert_eq!(column("extent")[4], "one per label cell");
        assert_eq!(column("preset")[0], "Fast");
        assert_eq!(column("asked")[0], "5 of 360, shuffled order");
        assert_eq!(Some(Selection::default()), run.conditions.selection);
    }

    #[test]
    fn a_sixth_option_gets_a_column() {
        let mut run = sample::run();
        assert!(!read(&csv(&run)).0.iter().any(|column| column == "F"));
        run.answers[0].question.options = vec!["x".into(); 6];
        assert!(read(&csv(&run)).0.iter().any(|column| column == "F"));
    }

    #[test]
    fn names_and_values_are_as_many() {
        let letters: Vec<Letter> = Letter::first(5).collect();
        assert_eq!(header(&letters).count(), fields(&sample::run().answers[0], &letters).len());
    }
}
