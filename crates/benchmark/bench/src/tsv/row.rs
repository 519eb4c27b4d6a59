//! The meaning of a row's columns, for every kind of file.

use super::RowError;
use crate::{Letter, MAX_OPTIONS, Question};

/// No real text of a question is longer. An open quote would make the rest of a file one text.
pub(crate) const MAX_TEXT_BYTES: usize = 1 << 20;

/// An error shows at most this much of a field.
const MOST_SHOWN_CHARS: usize = 40;

/// A column's name as VLMEvalKit reads it.
pub(crate) fn column_name(name: &str) -> String {
    let name = name.trim_start_matches('\u{feff}').trim();
    let is_option = name.len() == 1 && name.starts_with(|c: char| c.is_ascii_uppercase());
    if is_option { name.to_owned() } else { name.to_lowercase() }
}

/// Whether a column of this name is a text of the question.
pub(crate) fn is_text(name: &str) -> bool {
    matches!(name.as_bytes(), [b'A'..=b'Z'])
        || ["index", "question", "answer", "category", "modality", "original task"].contains(&name)
        || ["clinical vqa task", "department", "perceptual granularity"].contains(&name)
}

/// The question of a row. `field` gives the text of a column, or none if the row has no such column.
pub(crate) fn question<'a>(
    field: impl Fn(&str) -> Result<Option<&'a str>, RowError>,
) -> Result<Question, RowError> {
    let text = |column: &str| Ok::<_, RowError>(field(column)?.unwrap_or_default().to_owned());
    let question = Question {
        index: text("index")?,
        question: text("question")?,
        options: options(&text)?,
        answer: answer(field("answer")?.unwrap_or_default())?,
        category: text("category")?,
        clinical_task: text("clinical vqa task")?,
        department: text("department")?,
        granularity: text("perceptual granularity")?,
        modality: text("modality")?,
        original_task: text("original task")?,
    };
    if question.index.trim().is_empty() {
        return Err(RowError::NoIndex);
    }
    question.check()?;
    Ok(question)
}

fn options(text: &impl Fn(&str) -> Result<String, RowError>) -> Result<Vec<String>, RowError> {
    let mut options = Vec::new();
    let mut missing = None;
    for letter in Letter::first(MAX_OPTIONS) {
        let option = text(letter.char().encode_utf8(&mut [0; 4]))?;
        match missing {
            _ if option.is_empty() => missing = missing.or(Some(letter.char())),
            None => options.push(option),
            Some(missing) => return Err(RowError::Gap { missing, present: letter.char() }),
        }
    }
    Ok(options)
}

fn answer(answer: &str) -> Result<Option<Letter>, RowError> {
    let answer = answer.trim();
    let mut chars = answer.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Ok(None),
        (Some(c), None) if c.is_ascii_uppercase() => Ok(Letter::try_from(c).ok()),
        _ => Err(RowError::Answer(answer.chars().take(MOST_SHOWN_CHARS).collect())),
    }
}
