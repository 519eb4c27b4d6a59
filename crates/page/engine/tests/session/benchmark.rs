//! Benchmark questions: what is answered, and that nothing else is touched.

use std::collections::BTreeSet;

use bench::{Grouping, Question, Reply};
use engine::ModelFiles;
use model::backend::Backend;
use protocol::{
    BenchmarkData, BenchmarkImages, BenchmarkSettings, Command, Detail, EndOfAnswer, Event, Failure,
};

use crate::backend::{exact, quantised};
use crate::commands::Attachment;
use crate::files::{Pair, bmp, bmp_of};
use crate::host::StopAt;
use crate::remote::Remote;
use crate::talk::{Talk, follow_up, single};

const EVEN: &str = "tests/golden/images/even.png";

/// As [`single`] answers an ordinary question.
pub(crate) const SHOWN: BenchmarkSettings = BenchmarkSettings {
    detail: Detail::Model,
    max_answer_tokens: 12,
    images: BenchmarkImages::Shown,
    circular: false,
};
pub(crate) const BLANK: BenchmarkSettings = BenchmarkSettings { images: BenchmarkImages::Blank, ..SHOWN };

impl<B: Backend, F: ModelFiles> Talk<B, F> {
    /// Sends a command that ends without telling anything before.
    pub(crate) fn told(
        &mut self,
        command: impl FnOnce(protocol::JobId) -> Command,
    ) -> Result<Event, Failure> {
        let events = self.send(command, Attachment::None);
        let [event] = <[Event; 1]>::try_from(events).unwrap();
        match event {
            Event::Failed { failure, .. } => Err(failure),
            event => Ok(event),
        }
    }

    pub(crate) fn open_benchmark(&mut self, data: BenchmarkData) -> Vec<Question> {
        match self.told(|job| Command::OpenBenchmark { job, data }) {
            Ok(Event::BenchmarkOpened { questions, .. }) => questions,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn try_reply(&mut self, number: u32, settings: BenchmarkSettings) -> Result<Reply, Failure> {
        match self.told(|job| Command::AnswerBenchmark { job, number, settings })? {
            Event::BenchmarkAnswered { number: its, reply, .. } if its == number => Ok(reply),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn reply(&mut self, number: u32, settings: BenchmarkSettings) -> Reply {
        self.try_reply(number, settings).unwrap()
    }

    /// The image as a file.
    pub(crate) fn try_picture(&mut self, number: u32) -> Result<Vec<u8>, Failure> {
        match self.told(|job| Command::ShowBenchmarkImage { job, number })? {
            Event::BenchmarkImage { width_px, height_px, number: its, .. } if its == number => {
                let rgba = self.host.take_bulk().unwrap();
                assert_eq!(rgba.len(), 4 * (width_px * height_px) as usize);
                Ok(bmp_of(width_px, height_px, &rgba))
            }
            other => panic!("{other:?}"),
        }
    }
}

/// One question of each task: found in a twentieth of the time that the sample takes.
pub(crate) const FEW: BenchmarkData = BenchmarkData::HeldOut { per_task: 1 };

type WithoutModel = Talk<cpu::Cpu>;

/// With a few questions open, and a small model whose arithmetic is exact.
fn open() -> (Talk<cpu::Cpu>, Vec<Question>) {
    let mut talk = Talk::with(exact(), Pair::tied());
    let questions = talk.open_benchmark(FEW);
    (talk, questions)
}

/// What an ordinary question about this file, in these words, is answered.
pub(crate) fn asked<B: Backend, F: ModelFiles>(
    talk: &mut Talk<B, F>,
    question: &Question,
    file: Vec<u8>,
) -> (String, u32, bool) {
    talk.open_bytes(9, "question.bmp", file).unwrap();
    let answer = talk.ask(&bench::prompt(question), &[9], &single());
    let is_truncated = answer.end == EndOfAnswer::MaxTokens;
    // A token that ended the answer is none of its text.
    let n_tokens = answer.timings.n_answer_tokens - u32::from(!is_truncated);
    (answer.text, n_tokens, is_truncated)
}

fn replied(reply: Reply) -> (String, u32, bool) {
    assert_eq!((reply.error, reply.n_visual_tokens), (None, 25));
    assert!(reply.seconds > 0.0);
    (reply.text, reply.n_answer_tokens, reply.is_truncated)
}

#[test]
fn the_sample_has_every_task_in_every_round() {
    let questions = WithoutModel::new(exact()).open_benchmark(BenchmarkData::Sample);
    let tasks = Grouping::ClinicalTask.groups();
    assert_eq!(questions.len(), 360);
    for (i, question) in questions.iter().enumerate() {
        question.check().unwrap();
        assert_eq!(question.index, i.to_string());
        assert_eq!(question.option(question.answer.unwrap()), Some(question.category.as_str()));
        assert_eq!(question.clinical_task, tasks[i % tasks.len()]);
        for grouping in Grouping::ALL {
            assert!(grouping.groups().contains(&grouping.group_of(question)), "{question:?}");
        }
        let origin = match question.granularity.as_str() {
            "Image level" => "CLS_2D",
            "Box level" => "DET_2D",
            _ => "SEG_2D",
        };
        assert_eq!(question.original_task, origin);
    }
}

#[test]
fn held_questions_are_others_and_as_many_as_wanted() {
    let mut talk = WithoutModel::new(exact());
    let sample = talk.open_benchmark(BenchmarkData::Sample);
    let held = talk.open_benchmark(BenchmarkData::HeldOut { per_task: 2 });
    assert_eq!(held.len(), 36);
    assert!(held.iter().zip(&sample).any(|(held, sample)| held != sample));
    // The one before it is closed.
    assert!(talk.try_picture(36).is_err());
}

#[test]
fn a_reply_is_what_an_ordinary_question_is_answered() {
    let mut talk = Talk::with(quantised(), Pair::bundled());
    let questions = talk.open_benchmark(FEW);
    let mut replies = BTreeSet::new();
    // Another question comes between the two ways of asking, so neither finds what the other left.
    for number in [3, 0] {
        let reply = replied(talk.reply(number, SHOWN));
        let picture = talk.try_picture(number).unwrap();
        assert_eq!(asked(&mut talk, &questions[number as usize], picture), reply, "question {number}");
        assert!(!reply.2, "the model did not end its answer: {reply:?}");
        replies.insert(reply);
    }
    assert_eq!(replies.len(), 2, "the two questions have one reply, so nothing was compared");
}

#[test]
fn blanked_means_a_grey_image_of_the_same_size() {
    let (mut talk, questions) = open();
    let (shown, blank) = (replied(talk.reply(5, SHOWN)), replied(talk.reply(5, BLANK)));
    assert_eq!(asked(&mut talk, &questions[5], bmp(140, 140)), blank);
    let picture = talk.try_picture(5).unwrap();
    assert_eq!(asked(&mut talk, &questions[5], picture), shown);
    // Twelve tokens of a model with random weights: it does see the difference.
    assert_ne!(shown.0, blank.0);
}

#[test]
fn an_answer_is_cut_where_the_settings_say() {
    let (mut talk, _) = open();
    let whole = talk.reply(1, SHOWN);
    let cut = talk.reply(1, BenchmarkSettings { max_answer_tokens: 3, ..SHOWN });
    assert_eq!((cut.n_answer_tokens, cut.is_truncated), (3, true));
    assert!(whole.text.starts_with(cut.text.trim_end_matches('\u{FFFD}')), "{cut:?} {whole:?}");
}

#[test]
fn detail_is_that_of_the_settings() {
    let (mut talk, _) = open();
    let coarse = BenchmarkSettings { detail: Detail::Tokens { min: 4, max: 9 }, ..SHOWN };
    assert_eq!(talk.reply(0, coarse).n_visual_tokens, 9);
}

/// The conversation goes on as if nothing had been asked in between: same tokens, same work.
#[test]
fn the_conversation_is_neither_seen_nor_changed() {
    let converse = |between: &mut dyn FnMut(&mut Talk<cpu::Cpu>)| {
        let (mut talk, _) = open();
        talk.open(0, EVEN);
        let first = talk.ask("What is in the picture?", &[0], &follow_up());
        between(&mut talk);
        let second = talk.ask("And which colour?", &[0], &follow_up());
        [first, second].map(|a| {
            let t = a.timings;
            (a.text, a.end, t.n_images_encoded, t.n_prefill_tokens, t.n_visual_tokens)
        })
    };
    let mut replies = Vec::new();
    let undisturbed = converse(&mut |_| {});
    let disturbed = converse(&mut |talk| replies.extend([2, 7].map(|n| talk.reply(n, SHOWN).text)));
    assert_eq!(disturbed, undisturbed);
    assert_eq!(undisturbed[1].2, 0, "the follow-up had nothing to lose");

    let (mut fresh, _) = open();
    assert_eq!([2, 7].map(|n| fresh.reply(n, SHOWN).text).to_vec(), replies);
}

#[test]
fn what_cannot_be_put_fails_with_a_reason() {
    let mut talk = Talk::new(exact());
    let says = |failed: Result<Reply, Failure>, message: &str| {
        let failure = failed.unwrap_err();
        assert!(failure.message.contains(message) && !failure.remedy.is_empty(), "{failure:?}");
    };
    says(talk.try_reply(0, SHOWN), "No benchmark questions are open.");
    assert_eq!(talk.try_picture(0).unwrap_err().message, "No benchmark questions are open.");
    let n = talk.open_benchmark(FEW).len() as u32;
    says(talk.try_reply(0, SHOWN), "No model is loaded.");
    talk.load(Pair::tied().sources()).unwrap();
    let beyond = format!("no question at place {n}; this data set has {n}, counted from 0");
    says(talk.try_reply(n, SHOWN), &beyond);
    assert!(talk.try_picture(n).unwrap_err().message.contains(&beyond));
    let set = |min, max| BenchmarkSettings { detail: Detail::Tokens { min, max }, ..SHOWN };
    says(talk.try_reply(0, set(9, 8)), "9 to 8 visual tokens");
    says(talk.try_reply(0, set(4, u32::MAX)), "at most 100000000");
    says(talk.try_reply(0, BenchmarkSettings { max_answer_tokens: 0, ..SHOWN }), "expected at least 1");
    // The last one is there, and the session goes on.
    talk.try_picture(n - 1).unwrap();
    talk.reply(n - 1, SHOWN);
}

#[test]
fn a_fault_of_the_machine_is_told_in_the_reply() {
    let (mut fresh, _) = open();
    let expected = replied(fresh.reply(4, SHOWN));
    let remote = Remote::new(1.0);
    let panel = remote.panel();
    let mut talk = Talk::with(remote, Pair::tied());
    talk.open_benchmark(FEW);
    panel.fuse.set(Some(30));
    let failed = talk.reply(4, SHOWN);
    assert!(failed.error.unwrap().contains("a fault was planted"));
    assert_eq!(failed.text, "");
    assert_eq!(replied(talk.reply(4, SHOWN)), expected);
}

#[test]
fn a_stopped_question_is_not_answered_and_can_be_asked_again() {
    let (mut talk, _) = open();
    let expected = replied(talk.reply(6, SHOWN));
    // Before it begins; in the tower; while the prompt is read; between two tokens.
    for at in [StopAt::Beginning, StopAt::Breath(2), StopAt::Breath(5), StopAt::Breath(9)] {
        let stopped = talk.stop_next(at).try_reply(6, SHOWN);
        assert_eq!(stopped.unwrap_err().message, "It was stopped before its end.", "{at:?}");
        assert_eq!(replied(talk.reply(6, SHOWN)), expected, "{at:?}");
    }
    let data = BenchmarkData::HeldOut { per_task: 3 };
    let opened = talk.stop_next(StopAt::Breath(2)).told(|job| Command::OpenBenchmark { job, data });
    assert!(opened.is_err());
    assert_eq!(replied(talk.reply(6, SHOWN)), expected, "the questions before it are no longer open");
}

#[test]
fn another_model_answers_as_if_it_had_been_the_first() {
    let mut fresh = Talk::with(exact(), Pair::untied());
    fresh.open_benchmark(FEW);
    let expected = replied(fresh.reply(8, SHOWN));
    let (mut talk, _) = open();
    assert_ne!(replied(talk.reply(8, SHOWN)), expected);
    talk.load(Pair::untied().sources()).unwrap();
    assert_eq!(replied(talk.reply(8, SHOWN)), expected);
}
