//! `qvm bench rescore`: predictions that another program made, read under a rule.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use bench::{Answered, Cell, Grouping, Question, Reply, Row, Rule, tsv};
use clap::Args;
use flate2::read::MultiGzDecoder;
use serde::Serialize;

use super::gathered::Gathered;
use super::table::row_tables;

#[derive(Args, Debug)]
pub(crate) struct RescoreArgs {
    /// Questions with their answers in VLMEvalKit's columns, tab-separated; images are not needed. `.gz` is unpacked
    #[arg(long)]
    questions: PathBuf,
    /// Predictions: columns `index` and `prediction`, tab-separated; other columns are ignored. `.gz` is unpacked
    #[arg(long)]
    predictions: PathBuf,
    /// How predictions are read: a version of VLMEvalKit's matching
    #[arg(long, default_value_t = Rule::default())]
    rule: Rule,
    /// Count only the questions that have a prediction, instead of refusing a file that lacks some
    #[arg(long)]
    partial: bool,
    /// Print the counts as JSON instead of tables
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &RescoreArgs) -> anyhow::Result<()> {
    let questions = questions(&args.questions)?;
    let predictions = predictions(&args.predictions, &questions)?;
    let row = scored(args, questions, predictions)?;
    let text = if args.json {
        serde_json::to_string(&Scores::of(&row, args.rule))? + "\n"
    } else {
        format!("Rule {}\n\n{}", args.rule, row_tables(&row))
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn scored(
    args: &RescoreArgs,
    questions: Vec<Question>,
    mut predictions: HashMap<String, String>,
) -> anyhow::Result<Row> {
    let mut missing = Gathered::default();
    let mut row = Row::default();
    for (n, question) in (1..).zip(questions) {
        match predictions.remove(&question.index) {
            Some(text) => row.add(&Answered::new(args.rule, question, Reply { text, ..Reply::default() })),
            None if args.partial => {}
            None => missing.add(format!("row {n} of the questions (index {:?})", question.index)),
        }
    }
    let path = args.predictions.display();
    missing
        .into_result(&format!("questions have no prediction in {path} (--partial counts only the others)"))?;
    Ok(row)
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let is_packed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    Ok(if is_packed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) })
}

fn questions(path: &Path) -> anyhow::Result<Vec<Question>> {
    let named = || format!("cannot read {}", path.display());
    let mut wrong = Gathered::default();
    let mut rows: HashMap<String, u64> = HashMap::new();
    let mut questions = Vec::new();
    for (n, record) in (1..).zip(tsv::Reader::new(open(path)?).with_context(named)?) {
        let question = match record {
            Ok(record) => record.question,
            Err(error @ tsv::TsvError::Row { .. }) => {
                wrong.add(error.to_string());
                continue;
            }
            Err(error) => return Err(error).with_context(named),
        };
        match rows.insert(question.index.clone(), n) {
            Some(earlier) => {
                wrong.add(format!("row {n} (index {:?}): row {earlier} has that index", question.index))
            }
            None => questions.push(question),
        }
    }
    wrong.into_result(&format!("rows of {} cannot be used", path.display()))?;
    if questions.iter().all(|question| question.answer.is_none()) {
        bail!("{} has no answers to score by; expected a letter in column \"answer\"", path.display());
    }
    Ok(questions)
}

/// Predictions by index.
fn predictions(path: &Path, questions: &[Question]) -> anyhow::Result<HashMap<String, String>> {
    let named = || format!("cannot read {}", path.display());
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').flexible(true).from_reader(open(path)?);
    let headers = reader.headers().with_context(named)?.clone();
    let column = |name: &str| {
        let at = headers.iter().position(|found| found.trim().eq_ignore_ascii_case(name));
        at.with_context(|| {
            let found: Vec<&str> = headers.iter().take(20).collect();
            format!(
                "{} has no column {name:?}; found {}; expected tab-separated columns index and prediction",
                path.display(),
                found.join(", ")
            )
        })
    };
    let (index_at, prediction_at) = (column("index")?, column("prediction")?);
    let known: HashMap<&str, ()> = questions.iter().map(|question| (question.index.as_str(), ())).collect();
    let mut wrong = Gathered::default();
    let mut predictions: HashMap<String, (u64, String)> = HashMap::new();
    for (n, record) in (1..).zip(reader.records()) {
        let record = match record {
            Ok(record) => record,
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                wrong.add(format!("row {n}: it is not UTF-8"));
                continue;
            }
            Err(error) => return Err(error).with_context(named),
        };
        let (Some(index), Some(prediction)) = (record.get(index_at), record.get(prediction_at)) else {
            wrong.add(format!("row {n}: it has {} fields; expected {}", record.len(), headers.len()));
            continue;
        };
        if !known.contains_key(index) {
            wrong.add(format!("row {n}: there is no question of index {index:?}"));
        } else if let Some((earlier, _)) = predictions.get(index) {
            wrong.add(format!("row {n}: row {earlier} has a prediction for index {index:?} too"));
        } else {
            predictions.insert(index.to_owned(), (n, prediction.to_owned()));
        }
    }
    wrong.into_result(&format!("rows of {} cannot be used", path.display()))?;
    Ok(predictions.into_iter().map(|(index, (_, prediction))| (index, prediction)).collect())
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Scores<'a> {
    #[serde(flatten)]
    overall: Counts,
    rule: Rule,
    groups: BTreeMap<&'static str, BTreeMap<&'a str, Counts>>,
}

#[derive(Debug, Serialize)]
struct Counts {
    hits: u32,
    n: u32,
    not_found: u32,
    refused: u32,
}

impl From<&Cell> for Counts {
    fn from(cell: &Cell) -> Self {
        Self { hits: cell.hits, n: cell.n, not_found: cell.not_found, refused: cell.refused }
    }
}

impl<'a> Scores<'a> {
    fn of(row: &'a Row, rule: Rule) -> Self {
        let groups = Grouping::ALL.map(|grouping| {
            let cells = row.groups(grouping).map(|(group, cell)| (group, Counts::from(cell)));
            (grouping.key(), cells.collect())
        });
        Self { overall: row.overall().into(), rule, groups: groups.into_iter().collect() }
    }
}
