//! The four published runs, rescored from their raw answers: every rule's hits and every cell of the three tables. The
//! questions and answers of GMAI-MMBench are not part of the project; the test needs them beside the checkout.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking, as it does")]

use std::fs::File;
use std::path::{Path, PathBuf};

use bench::{Answered, Grouping, NO_GROUP, Question, Reply, Row, Rule, footnotes, published, tsv};
use flate2::read::GzDecoder;

/// In the order of [`published`].
const PREDICTIONS: [&str; 4] =
    ["qwen2-vl-7b-instruct", "qwen2-vl-2b-instruct", "qwen2-vl-7b-med", "qwen-vl-7b-chat"];

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/gmai-val");
    if !folder.is_dir() {
        println!("skipped: GMAI-MMBench's questions and the published answers are not beside this checkout");
        return None;
    }
    Some(folder)
}

fn open(path: &Path) -> GzDecoder<File> {
    GzDecoder::new(File::open(path).unwrap())
}

fn questions(folder: &Path) -> Vec<Question> {
    let reader = tsv::Reader::new(open(&folder.join("questions.tsv.gz"))).unwrap();
    reader.map(|record| record.unwrap().question).collect()
}

/// A model's answers, read under a rule, and its hits as VLMEvalKit wrote them down.
fn answers(folder: &Path, name: &str, rule: Rule, questions: &[Question]) -> Vec<(Answered, bool)> {
    let file = open(&folder.join(format!("{name}.predictions.tsv.gz")));
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(file);
    assert_eq!(reader.headers().unwrap(), ["index", "prediction", "hit"].as_slice());
    let answers = reader.records().zip(questions).map(|(line, question)| {
        let line = line.unwrap();
        assert_eq!(line[0], question.index);
        let reply = Reply { text: line[1].to_owned(), ..Reply::default() };
        (Answered::new(rule, question.clone(), reply), &line[2] == "1")
    });
    answers.collect()
}

fn row(folder: &Path, name: &str, rule: Rule, questions: &[Question]) -> Row {
    answers(folder, name, rule, questions).iter().map(|(answered, _)| answered).collect()
}

#[test]
fn every_rule_gives_its_published_hits() {
    let Some(folder) = data() else { return };
    let questions = questions(&folder);
    assert_eq!(questions.len(), 4550);
    let hits =
        Rule::ALL.map(|rule| PREDICTIONS.map(|name| row(&folder, name, rule, &questions).overall().hits));
    assert_eq!(hits, [[2114, 1959, 2026, 1530], [2098, 1936, 2008, 1346], [2098, 1936, 2008, 1360]]);
}

#[test]
fn the_rule_of_2024_agrees_question_by_question() {
    let Some(folder) = data() else { return };
    let questions = questions(&folder);
    for name in PREDICTIONS {
        for (answered, hit) in answers(&folder, name, Rule::VlmEval2024, &questions) {
            assert_eq!(
                answered.hit,
                Some(hit),
                "{name} {}: {:?}",
                answered.question.index,
                answered.reply.text
            );
        }
    }
}

#[test]
fn the_table_that_ships_is_the_recount() {
    let Some(folder) = data() else { return };
    let questions = questions(&folder);
    for (published, name) in published().iter().zip(PREDICTIONS) {
        let row = row(&folder, name, Rule::VlmEval2024, &questions);
        for grouping in Grouping::ALL {
            assert_eq!(published.overall(grouping).unwrap().score, row.overall().score());
            let mut n_groups = 0;
            for (group, cell) in row.groups(grouping) {
                let shipped = published.cell(grouping, group).unwrap();
                assert_eq!(shipped.score, cell.score(), "{} {group}", published.model);
                // The table holds the sum of chances to four decimals.
                let difference = (shipped.chance - cell.chance().unwrap()) * f64::from(cell.n);
                assert!(difference.abs() < 5.1e-5, "{group}: {difference}");
                n_groups += usize::from(group != NO_GROUP);
            }
            assert_eq!(n_groups, grouping.groups().len());
        }
    }
}

#[test]
fn answers_without_an_option_are_as_many_as_is_known() {
    let Some(folder) = data() else { return };
    let questions = questions(&folder);
    let not_found =
        PREDICTIONS.map(|name| row(&folder, name, Rule::VlmEval2024, &questions).overall().not_found);
    assert_eq!(not_found, [0, 3, 0, 471]);
    assert!(footnotes::UNREAD.contains("471"));
}
