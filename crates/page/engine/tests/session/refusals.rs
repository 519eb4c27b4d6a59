//! Every reason not to answer, in words that say what was found; and the session goes on.

use protocol::{Detail, Failure, Sampling, Settings};

use crate::backend::exact;
use crate::files::{Pair, bmp};
use crate::remote::Remote;
use crate::talk::{Talk, follow_up, single};

const EVEN: &str = "tests/golden/images/even.png";

#[track_caller]
fn assert_says(failure: &Failure, message: &str, remedy: &str) {
    assert!(failure.message.contains(message), "no `{message}` in: {}", failure.message);
    assert!(failure.remedy.contains(remedy), "no `{remedy}` in: {}", failure.remedy);
}

#[test]
fn the_comparison_of_messages_refuses_another_message() {
    let failure = Failure { message: "a".into(), remedy: "b".into() };
    assert!(std::panic::catch_unwind(|| assert_says(&failure, "b", "b")).is_err());
    assert!(std::panic::catch_unwind(|| assert_says(&failure, "a", "a")).is_err());
    assert_says(&failure, "a", "b");
}

#[test]
fn without_a_model_there_is_no_answer() {
    let mut talk = Talk::new(exact());
    let failure = talk.try_ask("What is that?", &[], &single()).unwrap_err();
    assert_says(&failure, "No model is loaded.", "open its two files");
    // An image may come first.
    talk.open(1, EVEN);
    talk.load(Pair::tied().sources()).unwrap();
    talk.ask("What is in the picture?", &[1], &single());
}

#[test]
fn a_question_that_cannot_be_answered_changes_nothing() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    talk.open_bytes(2, "strip.bmp", bmp(603, 3)).unwrap();
    let settings = follow_up();
    let set = |sampling: Sampling| Settings { sampling, ..follow_up() };
    let detail = |min: u32, max: u32| Settings { detail: Detail::Tokens { min, max }, ..follow_up() };
    let usual = Sampling::default;
    let cases: [(&str, &[u32], Settings, &str, &str); 15] = [
        ("", &[1], settings.clone(), "The question is empty.", "Type a question"),
        (" \n\t", &[1], settings.clone(), "The question is empty.", "Type a question"),
        (
            "What?",
            &[7],
            settings.clone(),
            "The image of this question is no longer open.",
            "Open the image again",
        ),
        // Not even the first is encoded when the second is missing.
        (
            "What?",
            &[1, 7],
            settings.clone(),
            "The image of this question is no longer open.",
            "Open the image again",
        ),
        ("What?", &[2], settings.clone(), "603x3 pixels", "Crop"),
        ("What?", &[1], detail(3, 9), "3 to 9 visual tokens; the least must be at least 4", "settings"),
        ("What?", &[1], detail(9, 8), "9 to 8 visual tokens", "settings"),
        ("What?", &[1], detail(4, u32::MAX), "at most 100000000", "settings"),
        (
            "What?",
            &[],
            set(Sampling { temperature: -0.1, ..usual() }),
            "The temperature is -0.1; expected 0 to 10.",
            "settings",
        ),
        (
            "What?",
            &[],
            set(Sampling { temperature: f64::NAN, ..usual() }),
            "The temperature is NaN",
            "settings",
        ),
        (
            "What?",
            &[],
            set(Sampling { top_p: 0.0, ..usual() }),
            "Top-p is 0; expected above 0, at most 1.",
            "settings",
        ),
        ("What?", &[], set(Sampling { top_p: f64::NAN, ..usual() }), "Top-p is NaN", "settings"),
        (
            "What?",
            &[],
            set(Sampling { repetition_penalty: 0.0, ..usual() }),
            "The repetition penalty is 0; expected 0.1 to 10.",
            "settings",
        ),
        (
            "What?",
            &[],
            set(Sampling { repetition_penalty: f32::INFINITY, ..usual() }),
            "The repetition penalty is inf",
            "settings",
        ),
        (
            "What?",
            &[],
            Settings { max_answer_tokens: 0, ..follow_up() },
            "The most answer tokens is 0; expected at least 1.",
            "settings",
        ),
    ];
    for (text, images, settings, message, remedy) in &cases {
        let failure = talk.try_ask(text, images, settings).unwrap_err();
        assert_says(&failure, message, remedy);
    }
    let answer = talk.ask("What is in the picture?", &[1], &follow_up());
    assert_eq!(answer.timings.n_images_encoded, 1);
    let mut fresh = Talk::with(exact(), Pair::tied());
    fresh.open(1, EVEN);
    assert_eq!(fresh.ask("What is in the picture?", &[1], &follow_up()).said(), answer.said());
}

#[test]
fn a_file_that_is_no_image_leaves_the_image_before_it() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    let text = b"This is not a picture, whatever its name.".to_vec();
    let failure = talk.open_bytes(1, "notes.png", text).unwrap_err();
    assert_says(
        &failure,
        "notes.png: this is not an image that can be read: the file looks like",
        "Choose a PNG",
    );
    let failure = talk.open_bytes(1, "empty.png", Vec::new()).unwrap_err();
    assert_says(&failure, "empty.png: the file is empty", "Choose the file again");
    let mut cut = crate::files::read(EVEN);
    cut.truncate(cut.len() / 2);
    let failure = talk.open_bytes(1, "cut.png", cut).unwrap_err();
    assert_says(&failure, "cut.png: the PNG file is damaged or incomplete", "save it again");
    talk.ask("What is in the picture?", &[1], &single());
}

/// Fails once, in another product each time, in the tower, in the prompt and among the answer's tokens.
#[test]
fn a_machine_that_fails_once_answers_the_next_time_as_if_it_had_not() {
    let mut fresh = Talk::with(exact(), Pair::tied());
    fresh.open(1, EVEN);
    let expected = fresh.ask("What is in the picture?", &[1], &follow_up());
    let follows = fresh.ask("And which colour?", &[1], &follow_up());
    let mut n_failed = 0;
    for n in (0..).step_by(17) {
        let remote = Remote::new(f64::from(n % 2));
        let panel = remote.panel();
        let mut talk = Talk::with(remote, Pair::tied());
        talk.open(1, EVEN);
        panel.fuse.set(Some(n));
        match talk.try_ask("What is in the picture?", &[1], &follow_up()) {
            Ok(answer) => {
                assert_eq!(answer.said(), expected.said());
                break;
            }
            Err(failure) => {
                let message = "The computation failed: linear failed on remote: a fault was planted";
                assert_says(&failure, message, "Ask again");
                n_failed += 1;
            }
        }
        assert_eq!(
            talk.ask("What is in the picture?", &[1], &follow_up()).said(),
            expected.said(),
            "fuse {n}"
        );
        assert_eq!(talk.ask("And which colour?", &[1], &follow_up()).said(), follows.said(), "fuse {n}");
    }
    assert!(n_failed > 8, "failed only {n_failed} times");
}
