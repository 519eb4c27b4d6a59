//! What is answered, and what it costs.

use protocol::{Command, Detail, EndOfAnswer, Event, ImageId, Sampling, Settings, Stage};

use crate::backend::{exact, quantised};
use crate::commands::Attachment;
use crate::files::{Pair, bmp, read, set_u32};
use crate::remote::Remote;
use crate::talk::{Talk, follow_up, single};

const EVEN: &str = "tests/golden/images/even.png";
const TALL: &str = "tests/golden/images/tall.png";

#[test]
fn the_bundled_model_answers_its_examples() {
    let mut talk = Talk::with(quantised(), Pair::bundled());
    let examples: serde_json::Value = serde_json::from_slice(&read("web/examples/examples.json")).unwrap();
    let examples = examples.as_array().unwrap();
    assert_eq!(examples.len(), 6);
    for (example, image) in examples.iter().zip(0..) {
        let field = |name: &str| example[name].as_str().unwrap();
        talk.open(image, &format!("web/examples/{}", field("file")));
        let answer = talk.ask(field("question"), &[image], &single());
        assert_eq!(
            (answer.text.as_str(), answer.end),
            (field("answer"), EndOfAnswer::EndOfTurn),
            "{}",
            field("file")
        );
        assert_eq!((answer.timings.n_visual_tokens, answer.timings.n_images_encoded), (25, 1));
    }
}

#[test]
fn every_stage_tells_its_progress_in_order_and_the_answer_comes_in_pieces() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    let answer = talk.ask("What is in the picture?", &[1], &follow_up());
    let progress = |wanted: Stage| {
        let of = |e: &Event| match e {
            Event::Progress { stage, done, total, .. } if *stage == wanted => Some((*done, *total)),
            _ => None,
        };
        answer.events.iter().filter_map(of).collect::<Vec<_>>()
    };
    // Two blocks in either tower; the prompt of the golden case has 54 tokens.
    assert_eq!(progress(Stage::ImageEncoding), [(0, 2), (1, 2), (2, 2)]);
    assert_eq!(progress(Stage::Prefill), [(0, 54), (27, 54), (54, 54)]);
    assert_eq!(progress(Stage::Decoding), (1..=12).map(|n| (n, 0)).collect::<Vec<_>>());
    let stages = |e: &Event| match e {
        Event::Progress { stage, .. } => *stage,
        Event::Answer { .. } => Stage::Decoding,
        other => panic!("{other:?}"),
    };
    let order: Vec<_> = answer.events.iter().map(stages).collect();
    assert!(order.is_sorted_by_key(|s| *s as u8), "{order:?}");
    let n_pieces = answer.events.iter().filter(|e| matches!(e, Event::Answer { .. })).count();
    assert!(n_pieces > 3, "{n_pieces} pieces");

    let t = answer.timings;
    assert_eq!(
        (t.n_visual_tokens, t.n_images_encoded, t.n_prefill_tokens, t.n_answer_tokens),
        (12, 1, 54, 12)
    );
    // The clock goes on whenever it is looked at, so each stage that ran took some time.
    assert!(t.image_encoding_secs > 0.0 && t.prefill_secs > 0.0 && t.decoding_secs > 0.0, "{t:?}");
    assert_eq!(answer.end, EndOfAnswer::MaxTokens);
}

#[test]
fn a_second_question_on_the_same_image_neither_encodes_nor_reads_it_again() {
    for settings in [follow_up(), single()] {
        let mut talk = Talk::with(exact(), Pair::tied());
        talk.open(1, EVEN);
        talk.ask("What is in the picture?", &[1], &settings);
        let second = talk.ask("And which colour?", &[1], &settings);
        let t = second.timings;
        assert_eq!((t.n_visual_tokens, t.n_images_encoded, t.image_encoding_secs), (12, 0, 0.0));
        assert!(t.n_prefill_tokens < 30, "{} tokens were read again", t.n_prefill_tokens);
        let encoding = |e: &&Event| matches!(e, Event::Progress { stage: Stage::ImageEncoding, .. });
        assert_eq!(second.events.iter().find(encoding), None);
    }
}

#[test]
fn the_same_question_twice_gives_the_same_answer_and_reads_one_token() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    let first = talk.ask("What is in the picture?", &[1], &single());
    let second = talk.ask("What is in the picture?", &[1], &single());
    assert_eq!(first.said(), second.said());
    assert_eq!(second.timings.n_prefill_tokens, 1);
}

#[test]
fn a_changed_detail_encodes_again_and_going_back_does_not_mix_them_up() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    let with = |min: u32, max: u32| Settings { detail: Detail::Tokens { min, max }, ..single() };
    let coarse = talk.ask("What is in the picture?", &[1], &with(4, 6));
    assert_eq!((coarse.timings.n_images_encoded, coarse.timings.n_visual_tokens), (1, 4));
    let fine = talk.ask("What is in the picture?", &[1], &with(4, 20));
    assert_eq!((fine.timings.n_images_encoded, fine.timings.n_visual_tokens), (1, 12));
    let again = talk.ask("What is in the picture?", &[1], &with(4, 6));
    assert_eq!(again.timings.n_images_encoded, 1);
    assert_eq!(again.said(), coarse.said());
    assert_ne!(fine.text, coarse.text);
}

#[test]
fn two_images_stand_in_the_order_of_the_question() {
    let fresh = |images: &[u32]| {
        let mut talk = Talk::with(exact(), Pair::tied());
        talk.open(1, EVEN);
        talk.open(2, TALL);
        talk.ask("Compare them.", images, &single())
    };
    let (one_way, other_way) = (fresh(&[1, 2]), fresh(&[2, 1]));
    assert_eq!((one_way.timings.n_images_encoded, one_way.timings.n_visual_tokens), (2, 24));
    assert_ne!(one_way.text, other_way.text);

    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    talk.open(2, TALL);
    talk.ask("Compare them.", &[1, 2], &single());
    let swapped = talk.ask("Compare them.", &[2, 1], &single());
    assert_eq!(swapped.said(), other_way.said());
    assert_eq!(swapped.timings.n_images_encoded, 0);
    // The same image twice is two images, encoded once.
    let twice = talk.ask("Compare them.", &[1, 1], &single());
    assert_eq!((twice.timings.n_images_encoded, twice.timings.n_visual_tokens), (0, 24));
    let mut other = Talk::with(exact(), Pair::tied());
    other.open(1, EVEN);
    assert_eq!(other.ask("Compare them.", &[1, 1], &single()).said(), twice.said());
}

#[test]
fn an_image_opened_under_the_number_of_another_replaces_it() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    let even = talk.ask("What is in the picture?", &[1], &single());
    talk.open(1, TALL);
    let tall = talk.ask("What is in the picture?", &[1], &single());
    assert_eq!(tall.timings.n_images_encoded, 1);
    assert_ne!(even.text, tall.text);
    talk.tell(Command::CloseImage { image: ImageId(1) });
    talk.tell(Command::CloseImage { image: ImageId(7) });
    let failure = talk.try_ask("What is in the picture?", &[1], &single()).unwrap_err();
    assert_eq!(failure.message, "The image of this question is no longer open.");
}

#[test]
fn a_preview_comes_with_an_opened_image() {
    let mut talk = Talk::with(exact(), Pair::tied());
    let info = talk.open_bytes(1, "wide.bmp", bmp(2048, 30)).unwrap();
    assert_eq!((info.width_px, info.height_px, info.format.as_str()), (2048, 30, "BMP"));
    assert_eq!((info.preview_width_px, info.preview_height_px), (1024, 15));
    assert_eq!(talk.host.take_bulk().unwrap().len(), 1024 * 15 * 4);
}

#[test]
fn an_answer_ends_where_the_context_does() {
    let mut pair = Pair::tied();
    // The prompt of the golden case `image` has 54 tokens.
    set_u32(&mut pair.text, "qwen2vl.context_length", 60);
    let mut talk = Talk::with(exact(), pair);
    talk.open(1, EVEN);
    let answer = talk.ask("What is in the picture?", &[1], &follow_up());
    assert_eq!((answer.end, answer.timings.n_answer_tokens), (EndOfAnswer::ContextFull, 6));
    let failure = talk.try_ask("Go on.", &[1], &follow_up()).unwrap_err();
    assert!(failure.message.contains("this model reads at most 60"), "{}", failure.message);
    assert!(failure.remedy.contains("new conversation"), "{}", failure.remedy);
    // The conversation so far is not lost, and a new one works.
    assert!(talk.try_ask("Go on.", &[1], &follow_up()).is_err());
    talk.tell(Command::NewConversation);
    let again = talk.ask("What is in the picture?", &[1], &follow_up());
    assert_eq!(again.said(), answer.said());
}

#[test]
fn a_question_too_long_is_refused_before_its_image_is_encoded() {
    let mut pair = Pair::tied();
    set_u32(&mut pair.text, "qwen2vl.context_length", 54);
    let mut talk = Talk::with(exact(), pair);
    talk.open(1, EVEN);
    let question = protocol::Question { text: "What is in the picture?".into(), images: vec![ImageId(1)] };
    let command = |job| Command::Ask { job, question, settings: single() };
    let events = talk.send(command, Attachment::None);
    let [Event::Failed { failure, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(failure.message, "The question with its images takes 54 tokens; this model reads at most 54.");
}

#[test]
fn a_seed_repeats_an_answer_and_another_does_not() {
    let mut talk = Talk::with(exact(), Pair::tied());
    let mut with = |seed: u64| {
        let sampling = Sampling { temperature: 1.5, seed, ..Sampling::default() };
        talk.ask("Hello there, how are you?", &[], &Settings { sampling, ..single() }).text
    };
    let (first, again, other) = (with(3), with(3), with(4));
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn tokens_that_come_back_late_change_neither_answers_nor_events() {
    for max_answer_tokens in [1, 3, 4, 12] {
        let settings = Settings { max_answer_tokens, ..follow_up() };
        let run = |readback_secs: f64| {
            let mut talk = Talk::with(Remote::new(readback_secs), Pair::tied());
            talk.open(1, EVEN);
            let first = talk.ask("What is in the picture?", &[1], &settings);
            let second = talk.ask("And which colour?", &[1], &settings);
            let third = talk.ask("Thank you.", &[], &settings);
            [first, second, third].map(|a| (a.text, a.end, a.timings.n_prefill_tokens, a.events))
        };
        assert_eq!(run(0.0), run(3.0), "{max_answer_tokens} tokens");
    }
}

#[test]
fn a_stop_token_ends_an_answer_whatever_was_sampled_behind_it() {
    let run = |readback_secs: f64| {
        let mut talk = Talk::with(Remote::new(readback_secs), Pair::bundled());
        talk.open(1, "web/examples/chest.png");
        let question = "What type of image is this?";
        let first = talk.ask(question, &[1], &follow_up());
        let second = talk.ask(question, &[1], &follow_up());
        assert_eq!(first.end, EndOfAnswer::EndOfTurn);
        [first, second].map(|a| (a.text.clone(), a.end, a.timings.n_prefill_tokens, a.events))
    };
    assert_eq!(run(0.0), run(3.0));
}
