//! What the first token prefers, and what is answered when options change places.

use bench::{Letter, Match, Question, Reply, Rule, matched};
use protocol::BenchmarkSettings;

use crate::backend::{exact, quantised};
use crate::benchmark::{FEW, SHOWN, asked};
use crate::files::Pair;
use crate::host::StopAt;
use crate::remote::Remote;
use crate::talk::Talk;

const CIRCULAR: BenchmarkSettings = BenchmarkSettings { circular: true, ..SHOWN };

fn open() -> (Talk<cpu::Cpu>, Vec<Question>) {
    let mut talk = Talk::with(exact(), Pair::tied());
    let questions = talk.open_benchmark(FEW);
    (talk, questions)
}

fn preferred(reply: &Reply) -> Letter {
    let shares = reply.preference.iter().copied().zip(0..);
    let (_, index) = shares.fold((f32::MIN, 0), |best, share| if share.0 > best.0 { share } else { best });
    Letter::of(index).unwrap()
}

/// The bundled model begins its answers with a letter, and greedily: the likeliest token of all is the likeliest of the letters.
#[test]
fn the_preferred_letter_is_the_first_token_where_that_is_a_letter() {
    let mut talk = Talk::with(quantised(), Pair::bundled());
    let questions = talk.open_benchmark(FEW);
    let mut letters = Vec::new();
    for number in [0, 3, 5, 8, 11, 14] {
        let question = &questions[number as usize];
        let reply = talk.reply(number, SHOWN);
        assert_eq!(reply.preference.len(), question.options.len());
        assert!((reply.preference.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{reply:?}");
        assert!(reply.preference.iter().all(|share| (0.0..=1.0).contains(share)), "{reply:?}");
        let Match::Option(letter) = matched(Rule::VlmEval2024, &reply.text, &question.options) else {
            panic!("{reply:?}")
        };
        assert!(reply.text.starts_with(&format!("{letter}.")), "{reply:?}");
        assert_eq!(preferred(&reply), letter, "{reply:?}");
        letters.push(letter);
    }
    letters.sort();
    letters.dedup();
    assert!(letters.len() > 1, "all answers are one letter, so nothing was compared");
}

/// A model with random weights answers no letter; still every letter has its share, and they are those of this question.
#[test]
fn a_preference_is_that_of_the_question() {
    let (mut talk, questions) = open();
    let [first, second] = [0, 1].map(|number| talk.reply(number, SHOWN));
    assert_eq!(first.preference.len(), questions[0].options.len());
    assert_ne!(first.preference, second.preference);
    assert_eq!(talk.reply(0, SHOWN).preference, first.preference);
    // A token that ends the answer at once is a first token too.
    let one = talk.reply(0, BenchmarkSettings { max_answer_tokens: 1, ..SHOWN });
    assert_eq!(one.preference, first.preference);
}

#[test]
fn every_rotation_is_asked_as_if_alone() {
    let mut talk = Talk::with(quantised(), Pair::bundled());
    let questions = talk.open_benchmark(FEW);
    let question = questions[3].clone();
    let vanilla = talk.reply(3, SHOWN);
    let reply = talk.reply(3, CIRCULAR);
    assert_eq!((&reply.text, &reply.preference), (&vanilla.text, &vanilla.preference));
    assert_eq!(
        (reply.n_answer_tokens, reply.n_visual_tokens),
        (vanilla.n_answer_tokens, vanilla.n_visual_tokens)
    );
    assert_eq!(vanilla.rotations, []);
    assert_eq!(reply.rotations.len(), question.options.len() - 1);
    assert!(reply.seconds > vanilla.seconds, "the time of the rotations is not counted");
    let picture = talk.try_picture(3).unwrap();
    let mut texts = vec![reply.text];
    for (by, rotation) in (1..).zip(&reply.rotations) {
        let (text, _, is_truncated) = asked(&mut talk, &question.rotated(by), picture.clone());
        assert_eq!((&rotation.text, rotation.is_truncated), (&text, is_truncated), "rotated by {by}");
        texts.push(text);
    }
    texts.dedup();
    assert!(texts.len() > 1, "the rotations have one answer, so nothing was compared");
}

#[test]
fn the_image_of_all_rotations_is_encoded_once() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    let mut talk = Talk::with(remote, Pair::tied());
    let questions = talk.open_benchmark(FEW);
    let number = questions.iter().position(|question| question.options.len() > 2).unwrap();
    let n_options = questions[number].options.len() as u32;
    let mut n_settled = |settings| {
        panel.n_settled.set(0);
        assert_eq!(talk.reply(number as u32, settings).error, None);
        panel.n_settled.get()
    };
    // The machine settles after each block of the tower and each of the two blocks of the text.
    let (once, circular) = (n_settled(SHOWN), n_settled(CIRCULAR));
    assert!(once > 3);
    assert_eq!(circular - once, 2 * (n_options - 1));
}

#[test]
fn a_stop_between_rotations_leaves_the_question_unanswered() {
    let (mut talk, _) = open();
    let expected = talk.reply(6, CIRCULAR);
    // Far behind the end of the first answer, which takes at most twelve tokens.
    for at in [StopAt::Breath(2), StopAt::Breath(30)] {
        let stopped = talk.stop_next(at).try_reply(6, CIRCULAR);
        assert_eq!(stopped.unwrap_err().message, "It was stopped before its end.", "{at:?}");
        let again = talk.reply(6, CIRCULAR);
        assert_eq!((&again.text, &again.rotations), (&expected.text, &expected.rotations));
    }
}
