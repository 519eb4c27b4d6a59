//! The four published runs, rescored from their raw answers: every rule's hits and every cell of the three tables. The
//! questions and answers of GMAI-MMBench are not part of the project; the test needs them beside the checkout.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking, as it does")]

use std::fs::File;
use std::path::{Path, PathBuf};

use bench::{
    Answered, Grouping, NO_GROUP, Question, Reply, Row, Rule, answers_line, footnotes, is_val, published,
    published_answers, tsv,
};
use flate2::read::GzDecoder;

/// In the order of [`published`].
const PREDICTIONS: [&str; 4] =
    ["qwen2-vl-7b-instruct", "qwen2-vl-2b-instruct", "qwen2-vl-7b-med", "qwen-vl-7b-chat"];

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/gmai-val");
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

/// A model's answers, read under a rule, and its hits as VLMEvalKit recorded them.
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
            let overall = published.overall(grouping).unwrap();
            assert_eq!((overall.score, overall.clusters), (row.overall().score(), row.overall().clusters));
            let mut n_groups = 0;
            for (group, cell) in row.groups(grouping) {
                let shipped = published.cell(grouping, group).unwrap();
                assert_eq!(shipped.score, cell.score(), "{} {group}", published.model);
                assert_eq!(shipped.clusters, cell.clusters, "{} {group}", published.model);
                assert_eq!(shipped.interval(), cell.interval());
                // The table holds the sum of chances to four decimals.
                let difference = (shipped.chance - cell.chance().unwrap()) * f64::from(cell.n);
                assert!(difference.abs() < 5.1e-5, "{group}: {difference}");
                n_groups += usize::from(group != NO_GROUP);
            }
            assert_eq!(n_groups, grouping.groups().len());
        }
    }
}

/// The table of published answers in `data/answers.txt`.
fn answers_table(folder: &Path) -> String {
    let questions = questions(folder);
    let runs = PREDICTIONS.map(|name| answers(folder, name, Rule::VlmEval2024, &questions));
    let mut table = String::from(
        "# What the four published runs answered to each question of GMAI-MMBench VAL, in the order of the questions.\n\
         # Four hexadecimal digits of a check of the question, then a letter for each of Qwen2-VL-7B-Instruct, Qwen2-VL-2B-Instruct,\n\
         # Qwen2-VL-7B-Med, Qwen-VL-7B-Chat: what rule vlmeval-2024 reads, - for no option, Z for a refusal.\n\
         # Made from QiYuan-tech/Qwen2-VL-Med@50aefcd, eval_output, by the test write_the_published_answers of bench.\n",
    );
    for (place, question) in questions.iter().enumerate() {
        assert_eq!(question.index, place.to_string(), "a question's index is its place");
        let matches = [0, 1, 2, 3].map(|run: usize| runs[run][place].0.matched);
        table += &answers_line(question, matches);
        table.push('\n');
    }
    table
}

/// `cargo test -p bench --test published -- --ignored write_the_published_answers`
#[test]
#[ignore = "writes data/answers.txt"]
fn write_the_published_answers() {
    let Some(folder) = data() else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/answers.txt");
    std::fs::write(path, answers_table(&folder)).unwrap();
}

#[test]
fn the_answers_that_ship_are_the_published_ones() {
    let Some(folder) = data() else { return };
    let expected = answers_table(&folder);
    assert!(include_str!("../data/answers.txt") == expected, "data/answers.txt is out of date");
    let questions = questions(&folder);
    for (question, line) in questions.iter().zip(expected.lines().filter(|line| !line.starts_with('#'))) {
        let found = published_answers(question).unwrap();
        assert_eq!(answers_line(question, found), line, "{}", question.index);
        // A neighbour's index, or one option less, is another question.
        let mut other = question.clone();
        other.options.pop();
        assert!(is_val(question));
        assert!(!is_val(&other), "{}", question.index);
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
