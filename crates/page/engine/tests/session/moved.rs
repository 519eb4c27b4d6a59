//! A session moves to another machine with all that was said, and machines are measured.

use protocol::{BackendKind, Command, ImageId, JobId, Speed};

use crate::backend::{exact, quantised};
use crate::files::Pair;
use crate::host::Scripted;
use crate::remote::{Fault, Remote, Times};
use crate::talk::{Talk, follow_up};

const EVEN: &str = "tests/golden/images/even.png";

#[test]
fn images_turns_and_model_go_with_it() {
    let begin = || {
        let mut talk = Talk::with(exact(), Pair::tied());
        talk.open(1, EVEN);
        talk.ask("What is in the picture?", &[1], &follow_up());
        talk.tell(Command::CloseImage { image: ImageId(1) });
        talk
    };
    let expected = begin().ask("And which colour?", &[], &follow_up());
    let mut talk = begin().onto(Remote::new(1.0));
    assert_eq!(talk.session.model(), None);
    let info = pollster::block_on(talk.session.reload(JobId(7))).unwrap().unwrap();
    assert_eq!(info.backend, "remote");
    assert_eq!(talk.session.model(), Some(&info));
    // Both totals and then every byte, of the job that asked for it; at the end the tower is there too.
    let mut events = talk.host.take_events();
    let last = events.pop();
    assert!(matches!(last, Some(protocol::Event::VisionReady { job: JobId(7), .. })), "{last:?}");
    assert!(!pollster::block_on(talk.session.advance()));
    let of_it = |e: &protocol::Event| matches!(e, protocol::Event::Loading { job: JobId(7), .. });
    assert!(events.len() > 2 && events.iter().all(of_it), "{events:?}");
    let moved = talk.ask("And which colour?", &[], &follow_up());
    assert_eq!(moved.said(), expected.said());
    assert_eq!(moved.timings.n_images_encoded, 1);
}

#[test]
fn without_a_model_only_the_machine_changes() {
    let mut talk = Talk::new(exact());
    talk.open(1, EVEN);
    let mut talk = talk.onto(Remote::new(0.0));
    assert_eq!(pollster::block_on(talk.session.reload(JobId(1))).unwrap(), None);
    assert_eq!(talk.host.take_events(), []);
    assert_eq!(talk.try_ask("What?", &[1], &follow_up()).unwrap_err().message, "No model is loaded.");
    talk.load(Pair::tied().sources()).unwrap();
    talk.ask("What is in the picture?", &[1], &follow_up());
}

#[test]
fn a_machine_without_room_gives_the_session_back() {
    let mut talk = Talk::with(exact(), Pair::tied());
    let expected = talk.ask("Hello there.", &[], &follow_up());
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Memory);
    panel.fuse.set(Some(9));
    let mut talk = talk.onto(remote);
    let error = pollster::block_on(talk.session.reload(JobId(1))).unwrap_err();
    assert!(error.to_string().contains("447 MiB"), "{error}");
    talk.host.take_events();
    let mut talk = talk.onto(exact());
    pollster::block_on(talk.session.reload(JobId(2))).unwrap().unwrap();
    talk.host.take_events();
    talk.tell(Command::NewConversation);
    assert_eq!(talk.ask("Hello there.", &[], &follow_up()).said(), expected.said());
}

/// The weights of the text fit and those of the tower do not: that is known before the move counts as done.
#[test]
fn a_machine_with_room_for_the_text_alone_gives_the_session_back_too() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    let expected = talk.ask("What is in the picture?", &[1], &follow_up());
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Memory);
    // Two blocks of the text have twelve weights each, and three are beside them.
    panel.fuse.set(Some(40));
    let mut talk = talk.onto(remote);
    let error = pollster::block_on(talk.session.reload(JobId(1))).unwrap_err();
    assert!(error.to_string().contains("mmproj.gguf: weight asked remote for 447 MiB"), "{error}");
    assert_eq!(talk.session.model(), None);
    talk.host.take_events();
    let mut talk = talk.onto(exact());
    pollster::block_on(talk.session.reload(JobId(2))).unwrap().unwrap();
    talk.host.take_events();
    talk.tell(Command::NewConversation);
    assert_eq!(talk.ask("What is in the picture?", &[1], &follow_up()).said(), expected.said());
}

/// The clock of these tests goes on when it is looked at, so the figures mean nothing; that there are some does.
#[test]
fn a_machine_is_measured_and_found_again_when_it_was_lost() {
    let mut talk = Talk::with(quantised(), Pair::tied());
    let speed = pollster::block_on(talk.session.measure()).unwrap();
    assert!(speed.read_bytes_per_sec > 0.0 && speed.flops_per_sec.is_finite(), "{speed:?}");

    let remote = Remote::new(0.0);
    let panel = remote.panel();
    panel.fault.set(Fault::Lost);
    let mut talk = Talk::with(remote, Pair::tied());
    let expected = talk.ask("Hello there.", &[], &follow_up());
    panel.fuse.set(Some(3));
    pollster::block_on(talk.session.measure()).unwrap();
    assert_eq!(panel.epoch.get(), 1);
    // The measurement left no model there: it comes back with the next question.
    talk.tell(Command::NewConversation);
    assert_eq!(talk.ask("Hello there.", &[], &follow_up()).said(), expected.said());
}

/// Where a product takes no time that the clock could show, a machine is not infinitely fast.
#[test]
fn a_way_that_hides_the_products_gives_a_figure_all_the_same() {
    let clock = std::rc::Rc::default();
    let times = Times { clock: std::rc::Rc::clone(&clock), step_secs: 0.0, tick_secs: 0.0 };
    let host = Scripted::with_clock(clock);
    let speed = pollster::block_on(engine::measure(&mut Remote::timed(0.1, times), &host)).unwrap();
    // 256 products of 3.3 MB in a quarter of the way.
    assert!((3e10..4e10).contains(&speed.read_bytes_per_sec), "{speed:?}");
}

#[test]
fn the_quicker_machine_is_the_one_that_answers_a_typical_question_sooner() {
    let talk = Talk::with(exact(), Pair::bundled());
    let work = talk.session.work();
    let speed = |read_bytes_per_sec, flops_per_sec| Speed { read_bytes_per_sec, flops_per_sec };
    let cpu = (BackendKind::Cpu, speed(4e9, 2e10));
    let gpu = |speed| (BackendKind::WebGpu, speed);
    assert_eq!(work.quickest(&[cpu, gpu(speed(2e11, 5e12))]), Some(BackendKind::WebGpu));
    assert_eq!(work.quickest(&[cpu, gpu(speed(1e9, 5e9))]), Some(BackendKind::Cpu));
    assert_eq!(work.quickest(&[cpu, gpu(cpu.1)]), Some(BackendKind::Cpu));
    assert_eq!(work.quickest(&[]), None);
}

/// Before a model is loaded the choice is made for the one that the page brings.
#[test]
fn the_bundled_models_work_is_known() {
    let work = Talk::with(exact(), Pair::bundled()).session.work();
    let known = Talk::<_, Vec<engine::MemorySource>>::new(exact()).session.work();
    for (counted, known) in [(work.n_flops, known.n_flops), (work.n_read_bytes, known.n_read_bytes)] {
        assert!((0.9..1.1).contains(&(counted / known)), "counted {counted:e}, known {known:e}");
    }
}
