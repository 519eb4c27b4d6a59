//! The program as a person runs it: an answer on standard output, or a reason on standard error and status 1.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn checkout(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path).display().to_string()
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
    let question = "Question: Is a pacemaker present?\nOptions:\nA. yes\nB. no\nPlease select the correct answer from the options above.";
    let output = ask(&["--image", &checkout("web/examples/xray.png"), question]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "A. yes\n");
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("25 visual tokens") && said.contains("4/4 blocks"), "{said}");
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
