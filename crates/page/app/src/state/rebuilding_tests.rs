use protocol::{Command, EndOfAnswer, Event, JobId, Profile, Stage, Turns};

use super::testing::{Page, answered, ask, failure, feed, job_of, ready, worker_died};
use super::{Input, ModelAct, Phase, State};

fn lost(job: JobId) -> Event {
    Event::Rebuilding { job, why: "the driver was reset.".into() }
}

fn reloading(job: JobId, done: u32) -> Event {
    Event::Progress { job, stage: Stage::Reloading, done, total: 960, elapsed_secs: 1.0 }
}

fn asking() -> (Page, JobId) {
    let mut state = ready(Turns::Single);
    let job = job_of(&ask(&mut state, "q"));
    (state, job)
}

#[test]
fn a_lost_device_is_told_and_the_answer_goes_on_where_it_was() {
    let (mut state, job) = asking();
    let piece = |text: &str| Event::Answer { job, text: text.into() };
    feed(&mut state, [piece("B. ultra"), lost(job)]);
    assert_eq!(
        state.rebuilding_sentence().as_deref(),
        Some(
            "The graphics device was lost (the driver was reset). \
             The model is being loaded again; the answer goes on."
        )
    );
    assert_eq!(state.phase(), Phase::Answering(Stage::Reloading));
    let text = |state: &State| state.rebuilding.as_ref().map(|it| it.progress_text());
    assert_eq!(text(&state).as_deref(), Some("Opening the device"));
    feed(&mut state, [reloading(job, 310)]);
    assert_eq!(text(&state).as_deref(), Some("310 of 960 MiB"));
    feed(&mut state, [Event::Progress { job, stage: Stage::Prefill, done: 1, total: 90, elapsed_secs: 0.1 }]);
    assert_eq!(state.rebuilding, None);
    feed(&mut state, [piece("sound")]);
    assert_eq!(state.turns[0].note(), None);
    feed(&mut state, [answered(job, EndOfAnswer::EndOfTurn)]);
    assert!(state.turns[0].note().is_some_and(|said| said.contains("lost meanwhile")));
    assert_eq!((state.turns[0].answer.as_str(), state.turns[0].end_name()), ("B. ultrasound", "end-of-turn"));
}

#[test]
fn the_notice_goes_with_its_job() {
    for end in [|job| answered(job, EndOfAnswer::Stopped), |job| Event::Failed { job, failure: failure() }] {
        let (mut state, job) = asking();
        feed(&mut state, [lost(job), reloading(job, 1), end(job)]);
        assert_eq!(state.rebuilding, None);
    }
    let (mut state, job) = asking();
    feed(&mut state, [lost(job)]);
    worker_died(&mut state, "unreachable");
    assert_eq!(state.rebuilding, None);
}

#[test]
fn a_device_lost_for_a_job_that_nobody_awaits_is_not_told() {
    let (mut state, job) = asking();
    feed(&mut state, [lost(JobId(999)), reloading(job, 5)]);
    assert_eq!(state.rebuilding, None);
}

#[test]
fn events_of_other_jobs_leave_the_notice() {
    let (mut state, job) = asking();
    feed(&mut state, [lost(job), Event::Answer { job: JobId(999), text: "stray".into() }]);
    assert!(state.rebuilding.is_some());
}

#[test]
fn the_times_of_an_answer_are_kept_until_the_next_ones() {
    let (mut state, job) = asking();
    let set = |on| Input::Model(ModelAct::SetProfiling(on));
    assert_eq!(state.tell(set(true)), [Command::SetProfiling { on: true }]);
    assert!(state.profiling.is_on);
    let profile = |backend: &str| Profile {
        backend: backend.into(),
        read_bytes_per_sec: None,
        rows: vec![],
        note: None,
    };
    let told = |job, backend| Event::Profile { job, profile: profile(backend) };
    feed(&mut state, [told(JobId(999), "stray")]);
    assert_eq!(state.profiling.latest, None);
    feed(&mut state, [told(job, "SwiftShader"), answered(job, EndOfAnswer::EndOfTurn)]);
    assert_eq!(state.profiling.latest, Some(profile("SwiftShader")));
    state.tell(set(false));
    assert!(state.profiling.latest.is_some());
}
