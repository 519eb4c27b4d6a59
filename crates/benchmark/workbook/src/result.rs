use bench::{Answered, Grouping, Letter, Run, column_names, option_columns};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use crate::cell_text::cell_text;

/// What VLMEvalKit logs if exact matching reads no option.
const NOT_FOUND: &str = "Failed in Prefetch, no GPT-based answer matching under `exact_matching` policy.";

/// The content of a cell.
enum Value<'a> {
    Text(&'a str),
    Number(f64),
    Nothing,
}

/// The sheet that VLMEvalKit writes after an evaluation: the data set's columns without the image, then `prediction`, `hit` and `log`.
/// Rows are in the order of asking.
pub(crate) fn write(sheet: &mut Worksheet, run: &Run) -> Result<(), XlsxError> {
    sheet.set_name("result")?;
    sheet.set_freeze_panes(1, 0)?;
    let letters = option_columns(run.questions());
    let bold = Format::new().set_bold();
    for (column, name) in (0..).zip(header(&letters)) {
        sheet.write_string_with_format(0, column, &name, &bold)?;
        let width = match name.as_str() {
            "question" | "prediction" | "log" => 40.0,
            "index" | "answer" | "hit" => 8.0,
            _ => 18.0,
        };
        sheet.set_column_width(column, width)?;
    }
    for (row, answered) in (1..).zip(&run.answers) {
        let log = log(answered);
        for (column, value) in (0..).zip(values(answered, &letters, &log)) {
            match value {
                Value::Text(text) => sheet.write_string(row, column, cell_text(text))?,
                Value::Number(number) => sheet.write_number(row, column, number)?,
                Value::Nothing => continue,
            };
        }
    }
    Ok(())
}

fn header(letters: &[Letter]) -> Vec<String> {
    let mut names = column_names(letters);
    names.extend(["prediction", "hit", "log"].map(String::from));
    names
}

/// In the order of [`header`].
fn values<'a>(answered: &'a Answered, letters: &[Letter], log: &'a str) -> Vec<Value<'a>> {
    let Answered { question, reply, hit, .. } = answered;
    let text = |text: &'a str| Value::Text(text);
    let mut values = vec![index(&question.index), text(&question.question)];
    values.extend(letters.iter().map(|&letter| text(question.option(letter).unwrap_or_default())));
    values.extend([
        question.answer.map_or(Value::Nothing, |letter| text(name(letter))),
        text(&question.category),
    ]);
    values.extend(Grouping::ALL.map(|grouping| text(grouping.group_of(question))));
    values.extend([
        text(&question.modality),
        text(&question.original_task),
        text(&reply.text),
        hit.map_or(Value::Nothing, |hit| Value::Number(f64::from(u8::from(hit)))),
        text(log),
    ]);
    values
}

/// As a number if it is written as one and a number keeps it exactly, as in pandas.
fn index(index: &str) -> Value<'_> {
    match index.parse::<u32>() {
        Ok(number) if number.to_string() == index => Value::Number(f64::from(number)),
        _ => Value::Text(index),
    }
}

/// The letter as a text.
fn name(letter: Letter) -> &'static str {
    const NAMES: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    NAMES.get(letter.index()..=letter.index()).unwrap_or_default()
}

/// In VLMEvalKit's words (`eval_vanilla` and `extract_answer_from_item`): the text that the option was read in, or that none was.
fn log(answered: &Answered) -> String {
    match answered.matched {
        bench::Match::NotFound => format!("Match Log: {NOT_FOUND}. "),
        bench::Match::Option(_) | bench::Match::Refused => format!("Match Log: {}. ", answered.reply.text),
    }
}
