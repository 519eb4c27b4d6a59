use super::Record;
use crate::{Grouping, Letter, delimited};

/// Columns A to E are always there; more only where a question has more options.
const N_OPTION_COLUMNS: usize = 5;

/// A file in the benchmark's columns and their order: `index`, `image`, `question`, the options, `answer`, `category`,
/// `clinical VQA task`, `department`, `perceptual granularity`, `modality`, `original task`.
pub fn write(records: &[Record]) -> String {
    let most = records.iter().map(|record| record.question.options.len()).max().unwrap_or_default();
    let letters: Vec<Letter> = Letter::first(most.max(N_OPTION_COLUMNS)).collect();
    let names: Vec<String> = letters.iter().map(Letter::to_string).collect();
    let groupings = Grouping::ALL.map(Grouping::column);
    let header = ["index", "image", "question"].into_iter().chain(names.iter().map(String::as_str));
    let header = header.chain(["answer", "category"]).chain(groupings).chain(["modality", "original task"]);
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
