//! What an answer cost, kernel by kernel.

use protocol::{Command, Event, Profile};

use crate::backend::exact;
use crate::files::Pair;
use crate::remote::{Fault, Remote};
use crate::talk::{Talk, follow_up};

fn profile_of(events: &[Event]) -> Option<Profile> {
    match events {
        // Last but for the end.
        [.., Event::Profile { profile, .. }] => Some(profile.clone()),
        events => {
            assert!(!events.iter().any(|e| matches!(e, Event::Profile { .. })), "{events:?}");
            None
        }
    }
}

#[test]
fn an_answer_is_accompanied_by_its_profile_while_that_is_on() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    let mut talk = Talk::with(remote, Pair::tied());
    assert_eq!(profile_of(&talk.ask("Hello there.", &[], &follow_up()).events), None);
    talk.tell(Command::SetProfiling { on: true });
    assert!(panel.is_profiling.get());
    let profile = profile_of(&talk.ask("Hello there.", &[], &follow_up()).events).unwrap();
    assert_eq!((profile.backend.as_str(), profile.note.as_ref()), ("remote", None));
    let [row] = profile.rows.as_slice() else { panic!("{profile:?}") };
    assert_eq!((row.label.as_str(), row.n_bytes, row.n_flops), ("linear", 5, 7));
    assert!(profile.read_bytes_per_sec.is_some_and(|speed| speed > 0.0));
    // Of this answer alone: neither the measurement nor the answer before it is in.
    let again = profile_of(&talk.ask("Hello there.", &[], &follow_up()).events).unwrap();
    assert!(again.rows[0].n > 0 && again.rows[0].n < 2 * row.n, "{again:?} after {profile:?}");

    // A new machine is profiled as the lost one was.
    panel.fault.set(Fault::Lost);
    panel.fuse.set(Some(30));
    let rebuilt = profile_of(&talk.ask("Hello there.", &[], &follow_up()).events).unwrap();
    assert_eq!((panel.epoch.get(), rebuilt.rows.len()), (1, 1));
    talk.tell(Command::SetProfiling { on: false });
    assert!(!panel.is_profiling.get());
    assert_eq!(profile_of(&talk.ask("Hello there.", &[], &follow_up()).events), None);
}

#[test]
fn a_machine_without_a_clock_says_so() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.tell(Command::SetProfiling { on: true });
    let profile = profile_of(&talk.ask("Hello there.", &[], &follow_up()).events).unwrap();
    assert!(profile.rows.is_empty() && profile.note.unwrap().contains("no clock"));
}
