use crate::delimited::push_line;
use crate::report::outcome;
use crate::{Answered, Grouping, Letter, PERMANENT_LINE, Run};

/// Columns A to E are always there, as in the benchmark's files; more only where a question has more options.
const N_OPTION_COLUMNS: usize = 5;

/// One line per question asked, in the order of asking: the benchmark's columns without the image, VLMEvalKit's `prediction` and
/// `hit`, what was read and at what cost, then the run's conditions, the same on each line, so that files of several runs can be
/// put under one another. The last column is the permanent line. Comma-separated, UTF-8, line feeds.
pub fn csv(run: &Run) -> String {
    let most_options = run.questions().map(|question| question.options.len()).max().unwrap_or_default();
    let letters: Vec<Letter> = Letter::first(most_options.max(N_OPTION_COLUMNS)).collect();
    let conditions = conditions(run);
    let mut out = String::new();
    push_line(&mut out, ',', header(&letters).chain(conditions.iter().map(|(name, _)| (*name).to_owned())));
    for answered in &run.answers {
        let fields = fields(answered, &letters).into_iter();
        push_line(&mut out, ',', fields.chain(conditions.iter().map(|(_, value)| value.clone())));
    }
    out
}

fn header(letters: &[Letter]) -> impl Iterator<Item = String> {
    let groupings = Grouping::ALL.map(Grouping::column);
    let before = ["index", "question"];
    let after = ["modality", "original task", "prediction", "hit", "matched", "outcome", "error"];
    let cost = ["seconds", "visual tokens", "answer tokens", "truncated"];
    let words = |words: Vec<&'static str>| words.into_iter().map(String::from);
    words(before.to_vec())
        .chain(letters.iter().map(Letter::to_string))
        .chain(words([&["answer", "category"][..], &groupings, &after, &cost].concat()))
}

/// In the order of [`header`].
fn fields(answered: &Answered, letters: &[Letter]) -> Vec<String> {
    let Answered { question, reply, hit, .. } = answered;
    let letter = |letter: Option<Letter>| letter.map(|letter| letter.to_string()).unwrap_or_default();
    let mut fields = vec![question.index.clone(), question.question.clone()];
    fields.extend(letters.iter().map(|&letter| question.option(letter).unwrap_or_default().to_owned()));
    fields.extend([letter(question.answer), question.category.clone()]);
    fields.extend(Grouping::ALL.map(|grouping| grouping.group_of(question).to_owned()));
    fields.extend([
        question.modality.clone(),
        question.original_task.clone(),
        reply.text.clone(),
        hit.map(|hit| u8::from(hit).to_string()).unwrap_or_default(),
        letter(answered.letter()),
        outcome(answered).to_owned(),
        reply.error.clone().unwrap_or_default(),
        format!("{:.3}", reply.seconds),
        reply.n_visual_tokens.to_string(),
        reply.n_answer_tokens.to_string(),
        u8::from(reply.is_truncated).to_string(),
    ]);
    fields
}

fn conditions(run: &Run) -> Vec<(&'static str, String)> {
    let c = &run.conditions;
    vec![
        ("model", c.model.clone()),
        ("quantisation", c.quantisation.clone()),
        ("backend", c.backend.clone()),
        ("min visual tokens", c.visual_tokens.min.to_string()),
        ("max visual tokens", c.visual_tokens.max.to_string()),
        ("max answer tokens", c.max_answer_tokens.to_string()),
        ("rule", c.rule.to_string()),
        ("blank images", u8::from(c.blank_images).to_string()),
        ("data set", c.data_set.description()),
        ("questions in data set", run.n_total.to_string()),
        ("software", c.software.clone()),
        ("date", c.date.clone()),
        ("note", c.data_set.note().unwrap_or_default().to_owned()),
        ("notice", PERMANENT_LINE.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

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
