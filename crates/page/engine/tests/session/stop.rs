//! A job ends where the person stops it, and leaves nothing behind that the next answer would show.

use protocol::{EndOfAnswer, Stage};

use crate::backend::exact;
use crate::files::Pair;
use crate::host::StopAt;
use crate::remote::Remote;
use crate::talk::{Answer, Talk, follow_up};

const EVEN: &str = "tests/golden/images/even.png";

fn fresh() -> Talk<cpu::Cpu> {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    talk
}

fn expected() -> Answer {
    fresh().ask("And which colour?", &[1], &follow_up())
}

/// Stops a first question there, then asks another.
fn stop_and_ask(at: StopAt) -> (Answer, Answer) {
    let mut talk = fresh();
    let stopped = talk.stop_next(at).ask("What is in the picture?", &[1], &follow_up());
    assert_eq!(stopped.end, EndOfAnswer::Stopped, "{at:?}");
    (stopped, talk.ask("And which colour?", &[1], &follow_up()))
}

#[test]
fn stopped_before_it_began_while_encoding_or_while_reading_it_was_never_asked() {
    let expected = expected();
    let mut points = vec![StopAt::Beginning];
    points.extend((0..=2).map(|done| StopAt::Progress(Stage::ImageEncoding, done)));
    points.extend([0, 27, 54].map(|done| StopAt::Progress(Stage::Prefill, done)));
    for at in points {
        let (stopped, next) = stop_and_ask(at);
        assert_eq!(stopped.text, "", "{at:?}");
        assert_eq!(stopped.timings.n_answer_tokens, 0);
        assert_eq!(next.said(), expected.said(), "{at:?}");
        // What the tower saw before the stop is not looked at again.
        let n_encoded = u32::from(!matches!(at, StopAt::Progress(Stage::Prefill, _)));
        assert_eq!(next.timings.n_images_encoded, n_encoded, "{at:?}");
    }
}

#[test]
fn what_was_answered_before_a_stop_stands() {
    let whole = fresh().ask("What is in the picture?", &[1], &follow_up());
    for n in [1, 5] {
        let (stopped, next) = stop_and_ask(StopAt::Progress(Stage::Decoding, n));
        assert_eq!(stopped.timings.n_answer_tokens, n);
        let begun = stopped.text.trim_end_matches('\u{FFFD}');
        assert!(whole.text.starts_with(begun) && stopped.text.len() < whole.text.len(), "{stopped:?}");
        // The next question follows the answer as far as it came: as if it had been as short from the beginning.
        let mut short = fresh();
        let settings = protocol::Settings { max_answer_tokens: n, ..follow_up() };
        assert_eq!(short.ask("What is in the picture?", &[1], &settings).text, stopped.text);
        assert_eq!(short.ask("And which colour?", &[1], &follow_up()).said(), next.said());
    }
}

#[test]
fn a_stop_with_tokens_under_way_drops_them() {
    let run = |readback_secs: f64| {
        let mut talk = Talk::with(Remote::new(readback_secs), Pair::tied());
        talk.open(1, EVEN);
        talk.stop_next(StopAt::Progress(Stage::Decoding, 5));
        let stopped = talk.ask("What is in the picture?", &[1], &follow_up());
        assert_eq!(stopped.end, EndOfAnswer::Stopped);
        let next = talk.ask("And which colour?", &[1], &follow_up());
        // One token of the answer more was read by then, which is no loss.
        [stopped, next].map(|a| (a.text, a.end, a.timings.n_answer_tokens))
    };
    assert_eq!(run(0.0), run(3.0));
}

#[test]
fn the_stop_of_one_job_is_not_the_stop_of_the_next() {
    let mut talk = fresh();
    talk.stop_next(StopAt::Beginning).ask("What is in the picture?", &[1], &follow_up());
    let next = talk.ask("And which colour?", &[1], &follow_up());
    assert_eq!(next.end, EndOfAnswer::MaxTokens);
}
