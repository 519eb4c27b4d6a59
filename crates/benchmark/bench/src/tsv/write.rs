use super::Record;
use crate::{column_names, delimited, option_columns};

/// A file in the benchmark's columns and their order: `index`, `image`, `question`, the options, `answer`, `category`,
/// `clinical VQA task`, `department`, `perceptual granularity`, `modality`, `original task`.
pub fn write(records: &[Record]) -> String {
    let letters = option_columns(records.iter().map(|record| &record.question));
    let mut header = column_names(&letters);
    header.insert(1, "image".to_owned());
    delimited::text(b'\t', |lines| {
        lines.write_record(header)?;
        for Record { question, image } in records {
            let answer = question.answer.map(|letter| letter.to_string()).unwrap_or_default();
            let start = [&question.index, image.as_deref().unwrap_or_default(), &question.question];
            let options = letters.iter().map(|&letter| question.option(letter).unwrap_or_default());
            let end = [
                &answer,
                &question.category,
                &question.clinical_task,
                &question.department,
                &question.granularity,
                &question.modality,
                &question.original_task,
            ];
            lines.write_record(start.into_iter().chain(options).chain(end.map(String::as_str)))?;
        }
        Ok(())
    })
}
