//! Predictions of other programs, read again: the four published runs of GMAI-MMBench VAL, whose questions and answers are not
//! part of the project and must lie beside the checkout, and files with something wrong in them.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// As the files and as `cells.json` name them.
const MODELS: [(&str, &str); 4] = [
    ("qwen2-vl-7b-instruct", "Qwen2-VL-7B-Instruct"),
    ("qwen2-vl-2b-instruct", "Qwen2-VL-2B-Instruct"),
    ("qwen2-vl-7b-med", "Qwen2-VL-7B-Med"),
    ("qwen-vl-7b-chat", "Qwen-VL-7B-Chat"),
];

const HITS: [(&str, [u64; 4]); 3] = [
    ("vlmeval-2024", [2114, 1959, 2026, 1530]),
    ("vlmeval-2025-08", [2098, 1936, 2008, 1346]),
    ("vlmeval-2026-06", [2098, 1936, 2008, 1360]),
];

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/gmai-val");
    if !folder.is_dir() {
        println!("skipped: GMAI-MMBench's questions and the published answers are not beside this checkout");
        return None;
    }
    Some(folder)
}

fn rescore(questions: &Path, predictions: &Path, more: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_qvm"));
    program.args(["bench", "rescore", "--questions"]).arg(questions).arg("--predictions").arg(predictions);
    program.args(more).output().unwrap()
}

fn scores(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_published_runs_are_scored_to_the_hit() {
    let Some(folder) = data() else { return };
    let cells: Value = serde_json::from_slice(&std::fs::read(folder.join("cells.json")).unwrap()).unwrap();
    let questions = folder.join("questions.tsv.gz");
    let mut n_cells = 0;
    for (rule, hits) in HITS {
        for ((file, model), hits) in MODELS.iter().zip(hits) {
            let predictions = folder.join(format!("{file}.predictions.tsv.gz"));
            let scores = scores(&rescore(&questions, &predictions, &["--rule", rule, "--json"]));
            assert_eq!((&scores["hits"], &scores["n"]), (&hits.into(), &4550.into()), "{model}, {rule}");
            assert!(scores["not_found"].is_u64() && scores["rule"] == rule);
            if rule != "vlmeval-2024" {
                continue;
            }
            let published = cells["models"][model].as_object().unwrap();
            assert_eq!(published["overall"]["hits"], scores["hits"]);
            for (grouping, groups) in published.iter().filter(|(key, _)| *key != "overall") {
                let groups = groups.as_object().unwrap();
                let ours = scores["groups"][grouping].as_object().unwrap();
                assert_eq!(ours.keys().collect::<Vec<_>>(), groups.keys().collect::<Vec<_>>(), "{grouping}");
                for (group, cell) in groups {
                    assert_eq!(ours[group]["hits"], cell["hits"], "{model}, {group}");
                    assert_eq!(ours[group]["n"], cell["n"], "{model}, {group}");
                    n_cells += 1;
                }
            }
        }
    }
    assert!(n_cells >= 4 * 40, "{n_cells} cells");
}

/// A file of this content in a folder of this test run.
fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rescore-{name}"));
    std::fs::write(&path, text).unwrap();
    path
}

const QUESTIONS: &str = "index\tquestion\tA\tB\tanswer\tdepartment\n\
                         7\t?\tliver\tspleen\tA\tUrology\n\
                         8\t?\tliver\tspleen\tB\t\n\
                         w\t?\tliver\tspleen\tB\tUrology\n";

#[test]
fn counts_come_as_json_or_as_tables() {
    let questions = file("count-q.tsv", QUESTIONS);
    // In any order, with further columns and a quoted text.
    let predictions = file(
        "count-p.tsv",
        "hit\tPrediction\tindex\n1\tA. liver\t7\n0\t\"both\tA and B\"\tw\n1\tspleen\t8\n",
    );
    let counts = scores(&rescore(&questions, &predictions, &["--json"]));
    assert_eq!([&counts["hits"], &counts["n"], &counts["not_found"]].map(Value::as_u64), [2, 3, 1].map(Some));
    let department = &counts["groups"]["department"];
    assert_eq!(
        [&department["Urology"]["hits"], &department["Urology"]["not_found"]].map(Value::as_u64),
        [Some(1); 2]
    );
    assert_eq!(department["None"]["n"], 1);
    let table = rescore(&questions, &predictions, &[]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    for words in ["Rule vlmeval-2024", "Departments", "Urology", "2/3", "No option found: 1"] {
        assert!(table.contains(words), "no `{words}` in:\n{table}");
    }
}

#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(output.stdout, b"");
    for word in words {
        assert!(said.contains(word), "no `{word}` in: {said}");
    }
}

#[test]
fn predictions_that_do_not_fit_the_questions_are_refused_by_row() {
    let questions = file("refused-q.tsv", QUESTIONS);
    let part = file("part.tsv", "index\tprediction\n8\tB\n");
    let missing = rescore(&questions, &part, &["--json"]);
    assert_refused(
        &missing,
        &[
            "2 questions have no prediction",
            "row 1 of the questions (index \"7\")",
            "index \"w\"",
            "--partial",
        ],
    );
    assert_eq!(scores(&rescore(&questions, &part, &["--json", "--partial"]))["n"], 1);
    let wrong = file("wrong.tsv", "index\tprediction\n7\tA\n7\tB\n99\tA\n8\n");
    assert_refused(
        &rescore(&questions, &wrong, &["--partial"]),
        &[
            "3 rows of",
            "row 2: row 1 has a prediction for index \"7\" too",
            "row 3: there is no question of index \"99\"",
            "row 4: it has 1 fields",
        ],
    );
    let columns = file("columns.tsv", "index\ttext\n7\tA\n");
    assert_refused(&rescore(&questions, &columns, &[]), &["has no column \"prediction\"; found index, text"]);
    let no_answers = file("no-answers.tsv", "index\tquestion\tA\tB\n7\t?\tx\ty\n");
    assert_refused(&rescore(&no_answers, &part, &[]), &["has no answers to score by"]);
    let broken = file("broken-q.tsv", &format!("{QUESTIONS}7\t?\tx\ty\tA\t\n9\t?\tx\t\tA\t\n"));
    assert_refused(
        &rescore(&broken, &part, &[]),
        &["2 rows of", "row 4 (index \"7\"): row 1 has that index", "row 5", "1 options"],
    );
    assert_refused(&rescore(Path::new("nowhere.tsv"), &part, &[]), &["cannot open nowhere.tsv"]);
    let packed = file("not-packed.tsv.gz", QUESTIONS);
    assert_refused(&rescore(&packed, &part, &[]), &["cannot read", "not-packed.tsv.gz"]);
}
