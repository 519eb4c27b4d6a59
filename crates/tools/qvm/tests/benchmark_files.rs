//! A data set in a file, run as a cluster would run it: in shards, broken off and gone on with, joined, written down, compared.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use bench::{DataSet, Run};
use runs::log;

fn qvm<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qvm")).args(args).output().unwrap()
}

fn checkout(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path).display().to_string()
}

/// A path in a folder of this test run.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{name}"))
}

fn text(name: &str) -> String {
    path(name).display().to_string()
}

/// A path at which nothing lies.
fn empty(name: &str) -> String {
    let _ = std::fs::remove_file(path(name));
    text(name)
}

fn file(name: &str, content: &str) -> String {
    std::fs::write(path(name), content).unwrap();
    text(name)
}

/// The sample, written as a file once.
fn sample() -> &'static str {
    static SAMPLE: LazyLock<String> = LazyLock::new(|| {
        let out = text("sample.tsv");
        said(&qvm(&["bench", "tsv", "--out", &out]));
        out
    });
    &SAMPLE
}

fn run(data: &str, more: &[&str]) -> Output {
    let pair = ["web/models/phantom/text.gguf", "web/models/phantom/mmproj.gguf"].map(checkout);
    let args = ["bench", "run", "--data", data, "--model", &pair[0], "--mmproj", &pair[1], "--seed", "7"];
    qvm(&[&args, more].concat())
}

/// Its messages on standard error; it must succeed.
#[track_caller]
fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "no `{word}` in: {said}");
    }
}

/// A run in a log, without the times that differ from run to run.
fn logged(path: &str) -> Run {
    let log = log::parse(&std::fs::read(path).unwrap(), None).unwrap();
    assert_eq!(log.n_damaged, 0);
    let mut run = log.kept.run;
    run.answers.iter_mut().for_each(|answered| answered.reply.seconds = 0.0);
    run
}

#[test]
fn shards_of_a_file_join_to_the_run() {
    let logs = ["whole", "part-0", "part-1", "merged"].map(|name| empty(&format!("{name}.jsonl")));
    let [whole, first, second, merged] = &logs;
    said(&run(sample(), &["--extent", "5", "--log", whole]));
    said(&run(sample(), &["--extent", "5", "--log", second, "--shard", "1/2"]));
    said(&run(sample(), &["--extent", "5", "--log", first, "--shard", "0/2"]));
    assert_refused(&qvm(&["bench", "merge", first, "-o", merged]), &["shard 1/2 is missing"]);
    assert_refused(&qvm(&["bench", "merge", whole, "-o", merged]), &["is no shard"]);
    said(&qvm(&["bench", "merge", second, first, "-o", merged]));
    let run = logged(whole);
    assert_eq!(logged(merged), run);
    assert_eq!((run.n_asked(), run.n_total), (5, 5));
    assert!(
        matches!(&run.conditions.data_set, DataSet::File { n_questions: 360, n_val: 0, name } if name == "files-sample.tsv")
    );
    assert_eq!(run.conditions.selection.map(|selection| selection.seed), Some(7));
    let indices: Vec<&str> = run.questions().map(|question| question.index.as_str()).collect();
    assert_ne!(indices, ["0", "1", "2", "3", "4"], "never the order of the file");
    assert_eq!(logged(first).n_total, 3);
}

#[test]
fn a_run_that_was_broken_off_goes_on() {
    let log = empty("broken-off.jsonl");
    let args = ["--extent", "3", "--log", &log];
    said(&run(sample(), &args));
    let whole = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let run_before = logged(&log);
    // Header, one answer, and a torn one.
    std::fs::write(&log, [lines[0], "\n", lines[1], "\n", &lines[2][..40]].concat()).unwrap();
    let said_then = said(&run(sample(), &args));
    assert!(said_then.contains("continuing after 1 of 3 answers"), "{said_then}");
    assert_eq!(logged(&log), run_before);
    let other = run(sample(), &["--extent", "3", "--log", &log, "--preset", "advice"]);
    assert_refused(&other, &["holds another run", "visual tokens"]);
    assert_refused(&run(sample(), &["--extent", "4", "--log", &log]), &["holds another run"]);
}

#[test]
fn a_logged_run_is_written_down_and_compared() {
    let logs = ["shown", "blank"].map(|name| empty(&format!("{name}.jsonl")));
    let [shown, blank] = &logs;
    said(&run(sample(), &["--extent", "3", "--log", shown, "--circular"]));
    said(&run(sample(), &["--extent", "3", "--log", blank, "--blank-images"]));
    let (xlsx, acc) = (text("run.xlsx"), text("acc"));
    // What an earlier run of this test left there may have other names.
    drop(std::fs::remove_dir_all(&acc));
    let report =
        ["bench", "report", shown, "--json", "--rule", "vlmeval-2026-06", "--xlsx", &xlsx, "--acc", &acc];
    let report = qvm(&report);
    said(&report);
    let json: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(json["conditions"]["rule"], "vlmeval-2026-06");
    assert_eq!(json["conditions"]["circular"], true);
    assert!(std::fs::read(&xlsx).unwrap().starts_with(b"PK"), "a workbook is a zip file");
    let names: Vec<String> = std::fs::read_dir(&acc)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.iter().filter(|name| name.ends_with("_acc.csv")).count(), 3, "{names:?}");
    let run = logged(shown);
    assert!(
        run.answers
            .iter()
            .all(|answered| answered.reply.rotations.len() + 1 == answered.question.options.len())
    );
    let table = qvm(&["bench", "report", shown]);
    assert!(String::from_utf8_lossy(&table.stdout).contains("Right in every rotation of the options"));
    let sheets = qvm(&["bench", "compare", shown, blank, "--grouping", "granularity"]);
    said(&sheets);
    let sheets = String::from_utf8_lossy(&sheets.stdout).into_owned();
    for words in ["against", "blank images (no against yes)", "Research and education only."] {
        assert!(sheets.contains(words), "no `{words}` in:\n{sheets}");
    }
    assert_refused(
        &qvm(&["bench", "report", sample()]),
        &["cannot read", "expected the log of a benchmark run"],
    );
    assert_refused(&qvm(&["bench", "compare", shown, "nowhere.jsonl"]), &["cannot read nowhere.jsonl"]);
}

#[test]
fn a_file_without_answers_is_predicted() {
    let whole = std::fs::read_to_string(sample()).unwrap();
    let (header, rows) = whole.split_once('\n').unwrap();
    let at = header.split('\t').position(|column| column == "answer").unwrap();
    let rows = rows.lines().take(2).map(|row| {
        let mut fields: Vec<&str> = row.split('\t').collect();
        fields[at] = "";
        fields.join("\t")
    });
    let rows: Vec<String> = rows.collect();
    let data = file("test.tsv", &format!("{header}\n{}\n", rows.join("\n")));
    let csv = text("predictions.csv");
    let output = run(&data, &["--extent", "all", "--csv", &csv]);
    assert!(said(&output).contains("keeps its answers back: the run predicts, nothing is scored"));
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("2 questions asked. Their right answers are not known"), "{table}");
    assert_eq!(std::fs::read_to_string(csv).unwrap().lines().count(), 3);
}

#[test]
fn rows_that_are_left_out_are_told_and_the_others_are_asked() {
    let whole = std::fs::read_to_string(sample()).unwrap();
    let lines: Vec<&str> = whole.lines().take(3).collect();
    let data =
        file("damaged.tsv", &format!("{}\r\nshort\trow\r\n{}\r\n{}\r\n", lines[0], lines[1], lines[1]));
    let output = run(&data, &["--extent", "all"]);
    let said = said(&output);
    for words in ["2 rows are left out", "row 1 (index \"short\"): it has 2 fields", "row 3", "1/1 questions"]
    {
        assert!(said.contains(words), "no `{words}` in: {said}");
    }
    let image = lines[1].split('\t').nth(1).unwrap();
    let data = file(
        "bad-image.tsv",
        &format!("{}\n{}\n{}\n", lines[0], lines[1].replace(image, &image[1..]), lines[2]),
    );
    let output = run(&data, &["--extent", "all", "--json"]);
    assert!(output.status.success());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json["n"], &json["not_found"]),
        (&2.into(), &1.into()),
        "a bad image is one wrong answer: {json}"
    );
}

#[test]
fn what_cannot_be_chosen_is_refused() {
    assert_refused(&run("nowhere.tsv", &[]), &["there is no file nowhere.tsv", "expected sample"]);
    assert_refused(&run(sample(), &["--extent", "none"]), &["expected cells, all, or a number"]);
    assert_refused(&run(sample(), &["--shard", "2/2"]), &["expected i/n"]);
    assert_refused(&run(sample(), &["--shard", "0/2", "--limit", "3"]), &["--limit"]);
    assert_refused(&run(sample(), &["--fresh", "3"]), &["--fresh draws phantoms"]);
    assert_refused(&run("sample", &[]), &["--seed and --extent choose among a file's questions"]);
    assert_refused(&run(sample(), &["--extent", "1", "--shard", "1/2"]), &["shard 1/2 has no question"]);
    assert_refused(
        &run(sample(), &["--preset", "fast", "--min-visual-tokens", "4", "--max-visual-tokens", "9"]),
        &["--preset"],
    );
    let other = file("other.csv", "index,question\n0,x\n");
    assert_refused(&run(&other, &[]), &["has no column \"index\"", "expected tab-separated columns"]);
}
