//! The program as a person runs it: an answer on standard output, or a reason on standard error and status 1.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn checkout(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path).display().to_string()
}

fn qvm(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qvm")).args(args).output().unwrap()
}

fn ask(more: &[&str]) -> Output {
    let (text, vision) =
        (checkout("web/models/phantom/text.gguf"), checkout("web/models/phantom/mmproj.gguf"));
    qvm(&[&["ask", "--model", &text, "--mmproj", &vision], more].concat())
}

/// A file of this content in a folder of this test run.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[track_caller]
fn assert_fails(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "no `{word}` in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn an_answer_goes_to_standard_output_alone() {
    let question = "How many lymphocytes are visible?";
    let output = ask(&["--image", &checkout("web/examples/blood.png"), question]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "three\n");
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("25 visual tokens") && said.contains("4/4 blocks"), "{said}");
}

/// Few questions, which are found faster than those of the sample.
fn bench(more: &[&str]) -> Output {
    let (text, vision) =
        (checkout("web/models/phantom/text.gguf"), checkout("web/models/phantom/mmproj.gguf"));
    let run = ["bench", "run", "--data", "sample", "--fresh", "1", "--model", &text, "--mmproj", &vision];
    qvm(&[&run, more].concat())
}

#[test]
fn a_benchmark_run_is_one_json_object_on_standard_output() {
    let (table, list) =
        (file("run.md", b"").display().to_string(), file("run.csv", b"").display().to_string());
    let tasks = "Counting,bone,Muscle";
    let reports = ["--markdown", &table, "--csv", &list];
    let output = bench(&[&["--tasks", tasks, "--limit", "2", "--json"], &reports[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("2/2 questions"), "{said}");
    let run: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!([&run["n"], &run["n_total"]].map(|n| n.as_u64()), [Some(2); 2]);
    assert!(run["hits"].as_u64().is_some() && run["not_found"].as_u64().is_some(), "{run}");
    let groups = run["groups"]["clinical vqa task"].as_object().unwrap();
    assert_eq!(groups.keys().collect::<Vec<_>>(), ["Bone", "Counting"]);
    assert_eq!(run["conditions"]["data_set"]["kind"], "held");
    assert_eq!(run["conditions"]["blank_images"], false);
    assert!(std::fs::read_to_string(table).unwrap().contains("| Bone"));
    assert_eq!(std::fs::read_to_string(list).unwrap().lines().count(), 3);
}

#[test]
fn a_benchmark_run_is_otherwise_a_table() {
    let output = bench(&["--limit", "1", "--blank-images"]);
    let table = String::from_utf8_lossy(&output.stdout);
    for words in ["Attribute Recognition", "All questions", "images blanked", "Research and education only."]
    {
        assert!(table.contains(words), "no `{words}` in: {table}");
    }
}

#[test]
fn a_benchmark_that_cannot_be_run_says_why_before_anything_is_computed() {
    assert_fails(&bench(&["--tasks", "Bones"]), &["no clinical task `Bones`", "Bone, Cell Recognition"]);
    assert_fails(&bench(&["--csv", "nowhere/run.csv"]), &["cannot write nowhere/run.csv"]);
    assert_fails(&bench(&["--rule", "newest"]), &["newest", "vlmeval-2024"]);
    assert_fails(&bench(&["--limit", "1", "--max-tokens", "0"]), &["expected at least 1"]);
    // Tests run in the package's folder, where no model lies.
    let missing = ["web/models/phantom/text.gguf was not found", "--model and --mmproj"];
    assert_fails(&qvm(&["bench", "run", "--fresh", "1"]), &missing);
    assert_fails(&qvm(&["bench", "run", "--model", "x.gguf"]), &["--mmproj"]);
    assert_fails(&qvm(&["bench", "run", "--data", "other"]), &["other", "sample"]);
    assert_fails(&qvm(&["bench"]), &["Usage"]);
}

#[test]
fn files_that_cannot_be_used_are_named_with_what_was_found() {
    let vision = checkout("web/models/phantom/mmproj.gguf");
    let whole = std::fs::read(checkout("web/models/phantom/text.gguf")).unwrap();
    let cut = file("cut.gguf", &whole[..whole.len() / 2]).display().to_string();
    assert_fails(
        &qvm(&["ask", "--model", "nowhere.gguf", "--mmproj", &vision, "x"]),
        &["nowhere.gguf", "No such file"],
    );
    assert_fails(
        &qvm(&["ask", "--model", &cut, "--mmproj", &vision, "x"]),
        &["cut.gguf", "truncated", "Fetch"],
    );
    assert_fails(&qvm(&["inspect", &cut]), &["cut.gguf", "truncated"]);
    let text = file("text.png", b"This is not a picture.").display().to_string();
    assert_fails(&qvm(&["inspect", &text]), &["text.png", "not a GGUF file"]);
    assert_fails(&ask(&["--image", &text, "x"]), &["text.png", "not an image", "Choose a PNG"]);
    assert_fails(&ask(&["--image", "nowhere.png", "x"]), &["nowhere.png", "No such file"]);
}

#[test]
fn arguments_that_cannot_be_used_are_refused_with_status_1() {
    assert_fails(&qvm(&[]), &["Usage"]);
    assert_fails(&qvm(&["dance"]), &["dance"]);
    assert_fails(&ask(&[]), &["<QUESTION>"]);
    assert_fails(&ask(&["--temperature", "hot", "x"]), &["hot", "--temperature"]);
    assert_fails(&ask(&["--temperature", "11", "x"]), &["The temperature is 11; expected 0 to 10."]);
    assert_fails(&ask(&["--min-visual-tokens", "5", "x"]), &["--max-visual-tokens"]);
    assert_fails(&ask(&[" "]), &["The question is empty."]);
    assert!(qvm(&["--version"]).status.success());
    assert!(qvm(&["ask", "--help"]).status.success());
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_qvm"));
    program.args(["inspect", &checkout("web/models/phantom/text.gguf")]);
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stderr, b"");
}
