//! Text is answered before the vision tower has come, and the tower comes when it can or when it must.

use engine::MemorySource;
use protocol::{
    BenchmarkData, BenchmarkImages, BenchmarkSettings, Command, Culprit, Detail, EndOfAnswer, Event,
    ModelPart, Stage,
};

use crate::backend::exact;
use crate::commands::Attachment;
use crate::container::Container;
use crate::counting::Counting;
use crate::files::{Pair, text, vision};
use crate::host::StopAt;
use crate::remote::{Fault, Remote};
use crate::talk::{Talk, follow_up, single};

const EVEN: &str = "tests/golden/images/even.png";
const WHAT: &str = "What is in the picture?";

/// The longest first look at a header (see `weights::HeaderReader`).
const FIRST_LOOK_BYTES: u64 = 64 << 10;

fn counted(pair: Pair) -> [Counting; 2] {
    [text(pair.text), vision(pair.vision)].map(Counting::new)
}

/// A pair whose tower comes in several pieces: 11 MiB that no model asks for are behind it.
fn long() -> Pair {
    let pair = Pair::tied();
    let vision = Container::read(&pair.vision).with_unread(11 << 8).bytes();
    Pair { vision, ..pair }
}

/// With a model whose tower has not come.
fn fresh(pair: Pair) -> (Talk<cpu::Cpu, Vec<Counting>>, [Counting; 2]) {
    let files = counted(pair);
    let mut talk = Talk::new(exact());
    talk.load_text(files.to_vec()).unwrap();
    (talk, files)
}

fn expected(question: &str, images: &[u32]) -> String {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    talk.ask(question, images, &single()).text
}

fn vision_loading(events: &[Event]) -> Vec<(u32, u32)> {
    let of = |event: &Event| match event {
        Event::Progress { stage: Stage::VisionLoading, done, total, .. } => Some((*done, *total)),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

#[test]
fn a_text_question_is_answered_before_a_byte_of_the_tower_is_read() {
    let (mut talk, [_, tower]) = fresh(Pair::tied());
    let n_header = tower.n_read();
    assert!(n_header <= FIRST_LOOK_BYTES && !tower.is_read_beyond(FIRST_LOOK_BYTES));
    assert_eq!(talk.ask("Hello there.", &[], &single()).text, expected("Hello there.", &[]));
    assert_eq!(tower.n_read(), n_header);
    assert!(talk.of_vision.is_empty());

    talk.open(1, EVEN);
    let answer = talk.ask(WHAT, &[1], &single());
    assert_eq!(answer.text, expected(WHAT, &[1]));
    assert!(tower.n_read() > n_header);
    let told = vision_loading(&answer.events);
    assert!(told.first().is_some_and(|(done, _)| *done == 0), "{told:?}");
    assert!(told.last().is_some_and(|(done, total)| done == total), "{told:?}");
    let [Event::VisionReady { model, .. }] = talk.of_vision.as_slice() else {
        panic!("{:?}", talk.of_vision)
    };
    // The time until text is answered stays what the model is known by.
    let known = talk.session.model().unwrap();
    assert!(model.load_secs > known.load_secs && known.load_secs > 0.0);
    assert_eq!(*model, protocol::ModelInfo { load_secs: model.load_secs, ..known.clone() });
    // It comes once.
    assert_eq!(talk.advance(), (false, vec![]));
    assert_eq!(vision_loading(&talk.ask(WHAT, &[1], &single()).events), []);
}

/// Whether reads go forward and meet no byte again.
fn is_once(reads: &[std::ops::Range<u64>]) -> bool {
    reads.is_sorted_by(|a, b| a.end <= b.start)
}

#[test]
fn the_account_of_reads_refuses_bytes_that_are_read_again() {
    assert!(is_once(&[0..4, 4..8, 9..10]));
    assert!(!is_once(&[0..4, 3..8]));
    assert!(!is_once(&[0..4, 0..4]));
    let file = Counting::new(text(vec![0; 8]));
    let mut twice = file.clone();
    for range in [0..4, 2..8] {
        pollster::block_on(engine::ByteSource::read(&mut twice, range)).unwrap();
    }
    assert_eq!((file.n_read(), file.is_read_beyond(7), file.is_read_beyond(8)), (10, true, false));
}

/// A pair of 7 billion parameters is read from a store or a host: each byte that is read twice is seconds.
#[test]
fn a_whole_load_reads_every_byte_once_but_for_the_headers() {
    let (mut talk, files) = fresh(Pair::tied());
    talk.idle();
    for file in &files {
        let n_bytes = engine::ByteSource::n_bytes(file);
        let mut reads = file.reads.borrow().clone();
        // The ranges of a header follow each other, from the first byte on.
        let n_of_header = reads.iter().scan(0, |end, read| (read.start == *end).then(|| *end = read.end));
        let n_of_header = n_of_header.count();
        let header_bytes = reads[..n_of_header].last().unwrap().end;
        let weights = reads.split_off(n_of_header);
        assert!(!weights.is_empty(), "no weight was read");
        assert!(is_once(&weights), "{weights:?}");
        // Nothing but the beginning of the weights was read with the header as well.
        assert!(file.n_read() <= n_bytes + header_bytes, "{} bytes of {n_bytes}", file.n_read());
        assert!(header_bytes < n_bytes / 2 || n_bytes < 4 * FIRST_LOOK_BYTES, "{header_bytes} of {n_bytes}");
    }
}

#[test]
fn the_tower_comes_piece_by_piece_between_commands() {
    let pair = long();
    let n_vision = pair.vision.len() as u64;
    let files = counted(pair);
    let mut talk = Talk::new(exact());
    let (_, told) = talk.load_text(files.to_vec()).unwrap();
    assert!(
        told.iter().all(|e| !matches!(e, Event::Loading { part: ModelPart::Vision, bytes_done: 1.., .. }))
    );
    let (mut last_done, mut n_steps) = (0, 0);
    loop {
        let before = files[1].n_read();
        let (more, events) = talk.advance();
        assert!(files[1].n_read() - before <= 4 << 20);
        let [Event::Loading { part: ModelPart::Vision, bytes_done, bytes_total, .. }] = events.as_slice()
        else {
            panic!("{events:?}")
        };
        assert!(*bytes_done > last_done && *bytes_done <= n_vision && *bytes_total == n_vision);
        (last_done, n_steps) = (*bytes_done, n_steps + 1);
        // A question in between is answered as ever.
        assert_eq!(talk.ask("Hello there.", &[], &single()).text, expected("Hello there.", &[]));
        if !more {
            break;
        }
        assert!(talk.of_vision.is_empty());
    }
    assert!(n_steps >= 4, "{n_steps} steps");
    assert!(matches!(talk.of_vision.as_slice(), [Event::VisionReady { .. }]), "{:?}", talk.of_vision);
    talk.open(1, EVEN);
    assert_eq!(talk.ask(WHAT, &[1], &single()).text, expected(WHAT, &[1]));
    assert!(files[1].n_read() < n_vision + FIRST_LOOK_BYTES);
}

#[test]
fn a_stop_ends_the_wait_and_what_has_come_of_the_tower_stays() {
    // MiB of the tower that are there: none, its own small matrices, a piece of what is behind them.
    for (done, n_before) in [(0, 0), (1, 0), (5, 4 << 20)] {
        let (mut talk, [_, tower]) = fresh(long());
        talk.open(1, EVEN);
        talk.stop_next(StopAt::Progress(Stage::VisionLoading, done));
        let stopped = talk.ask(WHAT, &[1], &follow_up());
        assert_eq!((stopped.end, stopped.text.as_str()), (EndOfAnswer::Stopped, ""));
        assert!(talk.of_vision.is_empty());
        let n_read = tower.n_read();
        assert!(n_read >= n_before && n_read < 6 << 20, "{n_read} bytes");
        talk.idle();
        assert!(matches!(talk.of_vision.as_slice(), [Event::VisionReady { .. }]), "{:?}", talk.of_vision);
        let answer = talk.ask(WHAT, &[1], &follow_up());
        assert_eq!(vision_loading(&answer.events), []);
        assert_eq!(answer.text, expected(WHAT, &[1]));
        assert!(tower.n_read() <= engine::ByteSource::n_bytes(&tower) + FIRST_LOOK_BYTES);
    }
}

#[test]
fn a_tower_that_fails_leaves_the_text_and_is_tried_again_with_an_image() {
    let (mut talk, [_, tower]) = fresh(Pair::tied());
    talk.open(1, EVEN);
    tower.breaks_at.replace(Some(FIRST_LOOK_BYTES));
    assert_eq!(talk.advance(), (false, vec![]));
    let [Event::VisionFailed { culprit: Culprit::File, failure, .. }] = talk.of_vision.as_slice() else {
        panic!("{:?}", talk.of_vision)
    };
    assert!(failure.message.contains("mmproj.gguf: the connection was lost"), "{failure:?}");
    assert!(failure.remedy.contains("Ask about an image to load the vision part again"), "{failure:?}");
    // It is not tried again by itself.
    assert_eq!(talk.advance(), (false, vec![]));
    assert_eq!(talk.ask("Hello there.", &[], &single()).text, expected("Hello there.", &[]));

    talk.of_vision.clear();
    let again = talk.try_ask(WHAT, &[1], &single()).unwrap_err();
    assert!(again.message.contains("the connection was lost"), "{again:?}");
    assert!(matches!(talk.of_vision.as_slice(), [Event::VisionFailed { .. }]), "{:?}", talk.of_vision);
    tower.breaks_at.take();
    let answer = talk.ask(WHAT, &[1], &single());
    assert_eq!(answer.text, expected(WHAT, &[1]));
    assert!(matches!(talk.of_vision.last(), Some(Event::VisionReady { .. })), "{:?}", talk.of_vision);
}

#[test]
fn a_tower_without_room_says_what_to_do() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Memory);
    let mut talk = Talk::<_, Vec<MemorySource>>::new(remote);
    talk.load_text(Pair::tied().sources()).unwrap();
    panel.fuse.set(Some(3));
    assert_eq!(talk.idle(), []);
    let [Event::VisionFailed { culprit: Culprit::Machine, failure, .. }] = talk.of_vision.as_slice() else {
        panic!("{:?}", talk.of_vision)
    };
    assert!(failure.message.contains("mmproj.gguf: weight asked remote for 447 MiB"), "{failure:?}");
    for part in ["without an image are answered", "smaller quantisation", "CPU"] {
        assert!(failure.remedy.contains(part), "{failure:?}");
    }
}

/// Nobody asks for anything then, and still it is not lost sight of.
#[test]
fn a_device_lost_while_the_tower_comes_is_replaced_when_it_is_needed() {
    for images in [&[][..], &[1]] {
        let remote = Remote::new(0.0);
        let panel = remote.panel();
        panel.fault.set(Fault::Lost);
        let mut talk = Talk::<_, Vec<MemorySource>>::new(remote);
        talk.open(1, EVEN);
        talk.load_text(Pair::tied().sources()).unwrap();
        panel.fuse.set(Some(5));
        talk.idle();
        let [Event::VisionFailed { failure, .. }] = talk.of_vision.as_slice() else {
            panic!("{:?}", talk.of_vision)
        };
        assert!(failure.message.contains("the driver was reset"), "{failure:?}");
        assert!(failure.remedy.contains("Ask again"), "{failure:?}");
        talk.of_vision.clear();
        assert_eq!(talk.advance(), (false, vec![]));
        let answer = talk.ask(WHAT, images, &single());
        assert_eq!(answer.text, expected(WHAT, images));
        let rebuilt = answer.events.iter().filter(|e| matches!(e, Event::Rebuilding { .. })).count();
        assert_eq!((rebuilt, panel.epoch.get()), (1, 1));
        // After a question without an image the tower comes in its own time.
        talk.idle();
        assert!(matches!(talk.of_vision.as_slice(), [Event::VisionReady { .. }]), "{:?}", talk.of_vision);
    }
}

/// The half of the tower that a question brought is lost with the rest.
#[test]
fn a_device_lost_while_a_question_waits_for_the_tower_is_replaced_at_once() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::<_, Vec<MemorySource>>::new(remote);
    talk.open(1, EVEN);
    talk.load_text(Pair::tied().sources()).unwrap();
    panel.fuse.set(Some(5));
    let answer = talk.ask(WHAT, &[1], &single());
    assert_eq!(answer.text, expected(WHAT, &[1]));
    assert_eq!(panel.epoch.get(), 1);
    assert!(matches!(talk.of_vision.as_slice(), [Event::VisionReady { .. }]), "{:?}", talk.of_vision);
}

#[test]
fn another_model_takes_the_place_of_a_half_loaded_tower() {
    let (mut talk, [_, tower]) = fresh(long());
    talk.advance();
    let (more, _) = talk.advance();
    assert!(more);
    let before = tower.n_read();
    talk.load(counted(Pair::untied()).to_vec()).unwrap();
    assert_eq!(tower.n_read(), before);
    talk.open(1, EVEN);
    let mut other = Talk::with(exact(), Pair::untied());
    other.open(1, EVEN);
    assert_eq!(talk.ask(WHAT, &[1], &single()).said(), other.ask(WHAT, &[1], &single()).said());
}

/// A machine that is chosen while the tower comes gets the whole model.
#[test]
fn a_half_loaded_tower_does_not_move() {
    let (mut talk, _) = fresh(long());
    talk.open(1, EVEN);
    talk.advance();
    let mut talk = talk.onto(Remote::new(0.0));
    assert_eq!(talk.session.model(), None);
    let job = protocol::JobId(7);
    pollster::block_on(talk.session.reload(job)).unwrap().unwrap();
    let told = talk.host.take_events();
    assert!(matches!(told.last(), Some(Event::VisionReady { job: protocol::JobId(7), .. })), "{told:?}");
    assert_eq!(talk.advance(), (false, vec![]));
    assert_eq!(talk.ask(WHAT, &[1], &single()).text, expected(WHAT, &[1]));
}

#[test]
fn a_question_of_the_benchmark_brings_the_tower() {
    let (mut talk, _) = fresh(Pair::tied());
    let data = BenchmarkData::HeldOut { per_task: 1 };
    talk.send(|job| Command::OpenBenchmark { job, data }, Attachment::None);
    let settings = BenchmarkSettings {
        detail: Detail::Model,
        max_answer_tokens: 12,
        images: BenchmarkImages::Shown,
        circular: false,
    };
    let command = |job| Command::AnswerBenchmark { job, number: 3, settings };
    talk.stop_next(StopAt::Progress(Stage::VisionLoading, 0));
    let stopped = talk.send(command, Attachment::None);
    assert!(matches!(stopped.last(), Some(Event::Failed { .. })), "{stopped:?}");
    let mut events = talk.send(command, Attachment::None);
    let Some(Event::BenchmarkAnswered { reply, .. }) = events.pop() else { panic!("{events:?}") };
    assert_eq!((reply.error, reply.n_visual_tokens), (None, 25));
    // Weights that come are told; of the answer nothing is.
    assert_eq!(vision_loading(&events).len(), events.len());
    assert!(!events.is_empty());
}
