//! The machine is lost in the middle: the model comes back, the conversation stays, and the answer is the same.

use protocol::{Command, Event, ImageId, Stage};

use crate::backend::exact;
use crate::commands::Attachment;
use crate::files::Pair;
use crate::host::StopAt;
use crate::remote::{Fault, Remote};
use crate::talk::{Answer, Talk, follow_up};

const EVEN: &str = "tests/golden/images/even.png";
const TALL: &str = "tests/golden/images/tall.png";

const FIRST: &str = "What is in the picture?";
const SECOND: &str = "And which colour?";

/// A conversation whose first image is closed before the second question.
fn converse(talk: &mut Talk<impl model::backend::Backend>, between: impl FnOnce()) -> [Answer; 2] {
    talk.open(1, EVEN);
    talk.open(2, TALL);
    let first = talk.ask(FIRST, &[1], &follow_up());
    talk.tell(Command::CloseImage { image: ImageId(1) });
    between();
    [first, talk.ask(SECOND, &[2], &follow_up())]
}

fn n_rebuilt(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Rebuilding { .. })).count()
}

/// Lost at another verb each time: in the tower, in the prompt, among the tokens, while they are read.
#[test]
fn wherever_the_machine_is_lost_the_answer_is_the_one_without_the_loss() {
    let expected = converse(&mut Talk::with(exact(), Pair::tied()), || ());
    let mut n_lost = 0;
    for n in (0..).step_by(13) {
        let remote = Remote::new(f64::from(n % 2));
        let panel = remote.panel();
        panel.fault.set(Fault::Lost);
        let mut talk = Talk::with(remote, Pair::tied());
        let [first, second] = converse(&mut talk, || panel.fuse.set(Some(n)));
        assert_eq!(first.said(), expected[0].said());
        assert_eq!(second.said(), expected[1].said(), "lost after {n} verbs");
        assert_eq!(n_rebuilt(&second.events) as u32, panel.epoch.get());
        if panel.epoch.get() == 0 {
            // It was over before.
            break;
        }
        n_lost += 1;
        // The image of the first turn was closed, and is seen again all the same.
        assert!(second.timings.n_images_encoded >= 2, "{:?}", second.timings);
        panel.fuse.set(None);
        let follows = talk.ask("Thank you.", &[], &follow_up());
        assert!(follows.timings.n_prefill_tokens < 30, "{:?}", follows.timings);
    }
    assert!(n_lost > 15, "lost only {n_lost} times");
}

#[test]
fn the_way_back_is_told() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::with(remote, Pair::tied());
    talk.open(1, EVEN);
    panel.fuse.set(Some(100));
    let answer = talk.ask(FIRST, &[1], &follow_up());
    let at = answer.events.iter().position(|e| matches!(e, Event::Rebuilding { .. })).unwrap();
    let Event::Rebuilding { why, .. } = &answer.events[at] else { unreachable!() };
    assert_eq!(why, "the driver was reset");
    let reloading = |e: &Event| match e {
        Event::Progress { stage: Stage::Reloading, done, total, .. } => Some((*done, *total)),
        _ => None,
    };
    let told: Vec<_> = answer.events[at + 1..].iter().map_while(reloading).collect();
    let (first, last) = (told[0], told[told.len() - 1]);
    assert_eq!(first.0, 0);
    assert!(last.0 == last.1 && last.1 > 0 && told.is_sorted(), "{told:?}");
    assert!(answer.events[..at].iter().all(|e| reloading(e).is_none()));
    // The text first, then the tower, which this question needs.
    let n_vision_bytes = Pair::tied().vision.len() as u64;
    let vision_loading = |e: &Event| match e {
        Event::Progress { stage: Stage::VisionLoading, done, total, .. } => Some((*done, *total)),
        _ => None,
    };
    let mib = n_vision_bytes.div_ceil(1 << 20) as u32;
    let told: Vec<_> = answer.events[at + 1 + told.len()..].iter().map_while(vision_loading).collect();
    assert!(told.first() == Some(&(0, mib)) && told.last() == Some(&(mib, mib)), "{told:?}");
    assert!(matches!(talk.of_vision.as_slice(), [Event::VisionReady { .. }]), "{:?}", talk.of_vision);
}

/// Lost while nothing was computed: the next question notices.
#[test]
fn a_loss_between_two_questions_costs_nothing_but_time() {
    let expected = converse(&mut Talk::with(exact(), Pair::tied()), || ());
    let remote = Remote::new(1.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::with(remote, Pair::tied());
    let [_, second] = converse(&mut talk, || panel.fuse.set(Some(0)));
    assert_eq!(second.said(), expected[1].said());
    assert_eq!(n_rebuilt(&second.events), 1);
}

#[test]
fn a_second_loss_in_one_question_fails_and_the_next_question_is_answered() {
    let expected = converse(&mut Talk::with(exact(), Pair::tied()), || ());
    let remote = Remote::new(1.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::with(remote, Pair::tied());
    talk.open(1, EVEN);
    talk.open(2, TALL);
    talk.ask(FIRST, &[1], &follow_up());
    panel.fuse.set(Some(40));
    // Beyond the weights, in the tower.
    panel.next_fuse.set(Some(250));
    let failure = talk.try_ask(SECOND, &[2], &follow_up()).unwrap_err();
    assert!(failure.message.contains("lost twice"), "{failure:?}");
    assert!(failure.message.contains("the driver was reset"), "{failure:?}");
    assert!(failure.remedy.contains("Ask again") && failure.remedy.contains("CPU"), "{failure:?}");
    assert_eq!(panel.epoch.get(), 1);
    let second = talk.ask(SECOND, &[2], &follow_up());
    assert_eq!(second.said(), expected[1].said());
    assert_eq!(n_rebuilt(&second.events), 1);
}

#[test]
fn without_another_machine_the_question_fails_and_can_be_asked_again() {
    let remote = Remote::new(1.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::with(remote, Pair::tied());
    talk.open(1, EVEN);
    let first = talk.ask(FIRST, &[1], &follow_up());
    panel.fuse.set(Some(0));
    panel.is_last.set(true);
    for _ in 0..2 {
        let failure = talk.try_ask(SECOND, &[1], &follow_up()).unwrap_err();
        for part in ["the driver was reset", "could not be loaded again", "there is no adapter"] {
            assert!(failure.message.contains(part), "{failure:?}");
        }
        assert!(failure.remedy.contains("choose the CPU"), "{failure:?}");
    }
    panel.is_last.set(false);
    let second = talk.ask(SECOND, &[1], &follow_up());
    let mut other = Talk::with(exact(), Pair::tied());
    other.open(1, EVEN);
    assert_eq!(other.ask(FIRST, &[1], &follow_up()).said(), first.said());
    assert_eq!(other.ask(SECOND, &[1], &follow_up()).said(), second.said());
}

#[test]
fn a_stop_while_the_model_comes_back_ends_the_answer_where_it_was() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::with(remote, Pair::tied());
    let whole = talk.ask("Hello there.", &[], &follow_up());
    talk.tell(Command::NewConversation);
    panel.fuse.set(Some(150));
    talk.stop_next(StopAt::Progress(Stage::Reloading, 1));
    let stopped = talk.ask("Hello there.", &[], &follow_up());
    assert_eq!(stopped.end, protocol::EndOfAnswer::Stopped);
    assert!(whole.text.starts_with(&stopped.text) && stopped.text.len() < whole.text.len(), "{stopped:?}");
    assert!(!stopped.text.is_empty(), "it was lost before the first token");
    // The model comes back with the next question, which follows what was answered.
    let next = talk.ask("Go on.", &[], &follow_up());
    assert_eq!(n_rebuilt(&next.events), 1);
    let mut other = Talk::with(exact(), Pair::tied());
    let n = stopped.timings.n_answer_tokens;
    other.ask("Hello there.", &[], &protocol::Settings { max_answer_tokens: n, ..follow_up() });
    assert_eq!(other.ask("Go on.", &[], &follow_up()).said(), next.said());
}

#[test]
fn a_model_that_is_being_loaded_is_loaded_again() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::new(remote);
    panel.fuse.set(Some(20));
    let (_, events) = talk.load(Pair::tied().sources()).unwrap();
    assert_eq!(n_rebuilt(&events), 1);
    let mut other = Talk::with(exact(), Pair::tied());
    let expected = other.ask("Hello there.", &[], &follow_up());
    assert_eq!(talk.ask("Hello there.", &[], &follow_up()).said(), expected.said());
    // Twice is too often, and leaves no model.
    panel.fuse.set(Some(20));
    panel.next_fuse.set(Some(20));
    let (failure, _) = talk.load(Pair::tied().sources()).unwrap_err();
    assert!(failure.message.contains("remote was lost"), "{failure:?}");
    assert!(failure.remedy.contains("No model is loaded now"), "{failure:?}");
    assert_eq!(talk.try_ask("Hello.", &[], &follow_up()).unwrap_err().message, "No model is loaded.");
    talk.load(Pair::tied().sources()).unwrap();
}

#[test]
fn want_of_memory_is_answered_with_what_was_needed_and_what_to_choose() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Memory);
    let mut talk = Talk::with(remote, Pair::tied());
    panel.fuse.set(Some(30));
    let failure = talk.try_ask("Hello there.", &[], &follow_up()).unwrap_err();
    assert!(failure.message.contains("asked remote for 447 MiB"), "{failure:?}");
    for choice in ["less detail", "smaller model", "CPU"] {
        assert!(failure.remedy.contains(choice), "{failure:?}");
    }
    panel.fuse.set(Some(9));
    let (failure, _) = talk.load(Pair::tied().sources()).unwrap_err();
    assert!(failure.message.contains("text.gguf: weight asked remote for 447 MiB"), "{failure:?}");
    for choice in ["smaller model", "quantisation", "CPU", "No model is loaded now"] {
        assert!(failure.remedy.contains(choice), "{failure:?}");
    }
    // Not while it comes back either.
    talk.load(Pair::tied().sources()).unwrap();
    panel.fault.set(Fault::Lost);
    panel.fuse.set(Some(0));
    panel.next_fuse.set(Some(9));
    let failure = talk.try_ask("Hello there.", &[], &follow_up()).unwrap_err();
    assert!(failure.message.contains("could not be loaded again: text.gguf"), "{failure:?}");
    talk.ask("Hello there.", &[], &follow_up());
}

/// A question of the benchmark goes on as well, and what the benchmark had read before a loss elsewhere is not used.
#[test]
fn the_benchmark_goes_on() {
    let settings = protocol::BenchmarkSettings {
        detail: protocol::Detail::Model,
        max_answer_tokens: 12,
        images: protocol::BenchmarkImages::Shown,
        circular: false,
    };
    let remote = Remote::new(1.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::with(remote, Pair::tied());
    let data = protocol::BenchmarkData::HeldOut { per_task: 1 };
    talk.send(|job| Command::OpenBenchmark { job, data }, Attachment::None);
    let reply = |talk: &mut Talk<Remote>| {
        let command = |job| Command::AnswerBenchmark { job, number: 3, settings };
        let mut events = talk.send(command, Attachment::None);
        let Some(Event::BenchmarkAnswered { reply, .. }) = events.pop() else { panic!("{events:?}") };
        assert_eq!(reply.error, None);
        // Of the answer itself nothing is told; of the way back everything.
        let of_rebuilding = |e: &Event| {
            matches!(
                e,
                Event::Rebuilding { .. }
                    | Event::Progress { stage: Stage::Reloading | Stage::VisionLoading, .. }
            )
        };
        assert!(events.iter().all(of_rebuilding), "{events:?}");
        (reply.text, n_rebuilt(&events))
    };
    let (expected, _) = reply(&mut talk);
    panel.fuse.set(Some(0));
    talk.ask("Hello there.", &[], &follow_up());
    assert_eq!(panel.epoch.get(), 1);
    assert_eq!(reply(&mut talk), (expected.clone(), 0));
    // In the tower, in the prompt, among the tokens.
    for n in [20, 90, 180] {
        panel.fuse.set(Some(n));
        assert_eq!(reply(&mut talk), (expected.clone(), 1), "lost after {n} verbs");
    }
}
