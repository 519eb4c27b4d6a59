//! Decoding at the speed of the machine, however long its tokens are under way.

use std::cell::Cell;
use std::rc::Rc;

use protocol::Settings;

use crate::files::Pair;
use crate::host::Scripted;
use crate::remote::{Remote, Times};
use crate::talk::{Talk, single};

const STEP_SECS: f64 = 0.01;

/// Seconds at which the tokens of an answer came, on the clock that only the machine turns; of a first and a second answer.
fn arrivals(readback_secs: f64, tick_secs: f64) -> [Vec<f64>; 2] {
    let clock: Rc<Cell<f64>> = Rc::default();
    let times = Times { clock: Rc::clone(&clock), step_secs: STEP_SECS, tick_secs };
    let host = Scripted::with_clock(clock);
    let mut talk = Talk::at(Remote::timed(readback_secs, times), host);
    talk.load(Pair::tied().sources()).unwrap();
    let settings = Settings { max_answer_tokens: 160, ..single() };
    ["Hello there.", "And how are you?"].map(|question| {
        let begun = talk.host.clock.as_ref().unwrap().get();
        talk.try_ask(question, &[], &settings).unwrap();
        talk.host.token_secs.take().iter().map(|secs| secs - begun).collect()
    })
}

/// Seconds per token from the `first` token on.
fn secs_per_token(arrivals: &[f64], first: usize) -> f64 {
    let last = arrivals.len() - 1;
    assert!(last > first + 40, "the answer has only {last} tokens");
    (arrivals[last] - arrivals[first]) / (last - first) as f64
}

#[test]
fn a_long_way_to_the_host_does_not_slow_the_machine_down() {
    let [first, second] = arrivals(0.1, 0.0);
    // Each token is waited for at first; the lag has grown long before the end.
    assert!(secs_per_token(&first, 80) < 1.05 * STEP_SECS, "{}", secs_per_token(&first, 80));
    // What was learned is still known.
    assert!(secs_per_token(&second, 5) < 1.05 * STEP_SECS, "{}", secs_per_token(&second, 5));
}

/// As in Firefox, which looks for finished work every 100 ms.
#[test]
fn tokens_that_come_in_bursts_do_not_slow_the_machine_down() {
    let [first, second] = arrivals(0.1, 0.1);
    assert!(secs_per_token(&first, 80) < 1.1 * STEP_SECS, "{}", secs_per_token(&first, 80));
    assert!(secs_per_token(&second, 5) < 1.1 * STEP_SECS, "{}", secs_per_token(&second, 5));
}

#[test]
fn without_a_way_each_token_is_read_before_the_next() {
    let [first, _] = arrivals(0.0, 0.0);
    assert!((secs_per_token(&first, 1) / STEP_SECS - 1.0).abs() < 1e-6);
}
