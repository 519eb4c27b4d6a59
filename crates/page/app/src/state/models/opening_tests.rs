use download::{ModelKey, Order, Report};
use protocol::{Command, Culprit, Event, JobId, ModelPart, ModelSource, Turns};

use super::tests::{act, holding, inventory_id, one, orders, progress, report, stored, trouble};
use super::{Kind, StoreAct};
use crate::state::testing::{Page, failure, feed, load, model, ready, worker_died};
use crate::state::{Failure, Input, ModelAct, ModelState, Pair, State};

fn opened() -> (Page, JobId, ModelKey) {
    let mut state = holding(vec![stored("m", 100)]);
    let key = ModelKey("m".into());
    let job = load_job(&act(&mut state, StoreAct::Open(key.clone())));
    (state, job, key)
}

#[track_caller]
fn load_job(commands: &[Command]) -> JobId {
    match commands {
        [Command::LoadModel { job, source: ModelSource::Stored { files } }] => {
            assert_eq!((files[0].key.as_str(), files[0].name.as_str()), ("m-file", "a.gguf"));
            *job
        }
        other => panic!("no stored model is loaded: {other:?}"),
    }
}

#[test]
fn a_stored_model_that_opens_is_used() {
    let (mut state, job, key) = opened();
    assert!(state.models.is_opening(&key));
    feed(&mut state, [Event::ModelReady { job, model: model("m") }]);
    assert_eq!(one(&mut state), Order::Used { model: key.clone() });
    assert_eq!((state.open_stored(), state.models.is_opening(&key)), (Some(&key), false));
    assert_eq!(act(&mut state, StoreAct::Open(ModelKey("gone".into()))), []);
}

#[test]
fn a_stored_model_that_fails_is_mended_and_opened_again_once() {
    let (mut state, job, key) = opened();
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    let Order::Check { id, model: checked } = one(&mut state) else { panic!("nothing is checked") };
    assert_eq!(checked, key);
    assert!(state.message.as_ref().unwrap().remedy.contains("being checked"));
    assert_eq!(state.models.downloads[0].kind, Kind::Check);
    report(&mut state, progress(id, 0, 50, 0));
    assert_eq!(state.models.downloads[0].stage.name(), "checking");
    let commands = report(&mut state, Report::Checked { id, n_chunks: 9, n_repaired: 2 });
    let again = load_job(&commands);
    assert_eq!(state.message, None);
    assert!(state.models.downloads[0].stage_text().contains("2 of 9 pieces were damaged"));
    orders(&mut state);
    feed(&mut state, [Event::Failed { job: again, failure: failure() }]);
    assert_eq!(
        (orders(&mut state), state.message.clone()),
        (vec![], Some(failure())),
        "it is not checked again"
    );
}

#[test]
fn a_stored_model_whose_files_are_sound_shows_why_it_failed() {
    let (mut state, job, _) = opened();
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    let Order::Check { id, .. } = one(&mut state) else { panic!("nothing is checked") };
    assert_eq!(report(&mut state, Report::Checked { id, n_chunks: 9, n_repaired: 0 }), []);
    let said = state.message.clone().unwrap();
    assert_eq!(said.message, failure().message);
    assert!(said.remedy.contains("as they were fetched"), "{said:?}");

    let (mut state, job, _) = opened();
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    let Order::Check { id, .. } = one(&mut state) else { panic!("nothing is checked") };
    report(&mut state, Report::Failed { id, trouble: trouble() });
    assert!(state.message.clone().unwrap().remedy.contains("came to nothing"));
}

fn damaged() -> Failure {
    Failure { message: "mmproj.gguf: chunk 2 of 3 is damaged".into(), remedy: "have it checked".into() }
}

/// The page loads its own model, because a stored one must make way.
#[track_caller]
fn make_way(state: &mut Page, commands: &[Command]) {
    let [Command::LoadModel { job, source: ModelSource::Own { .. } }] = commands else {
        panic!("no other model is loaded: {commands:?}")
    };
    feed(state, [Event::ModelReady { job: *job, model: model("P") }]);
    assert_eq!(state.open_stored(), None);
}

#[test]
fn a_vision_tower_that_fails_is_mended_too() {
    let (mut state, job, key) = opened();
    feed(&mut state, [Event::ModelReady { job, model: model("m") }]);
    orders(&mut state);
    feed(&mut state, [Event::VisionFailed { job, culprit: Culprit::Machine, failure: failure() }]);
    assert_eq!((state.vision_name(), orders(&mut state)), ("failed", vec![]), "nothing is damaged");
    feed(&mut state, [Event::VisionFailed { job, culprit: Culprit::File, failure: damaged() }]);
    let Order::Check { id, .. } = one(&mut state) else { panic!("nothing is checked") };
    // The text part that answers holds the files.
    let commands = report(&mut state, Report::Waiting { id });
    make_way(&mut state, &commands);
    let commands = report(&mut state, Report::Checked { id, n_chunks: 9, n_repaired: 1 });
    let again = load_job(&commands);
    orders(&mut state);
    feed(&mut state, [Event::ModelReady { job: again, model: model("m") }]);
    assert_eq!(one(&mut state), Order::Used { model: key });
    feed(&mut state, [Event::VisionFailed { job: again, culprit: Culprit::File, failure: damaged() }]);
    assert_eq!(orders(&mut state), [], "once is enough");
}

#[test]
fn a_model_without_damage_answers_text_again() {
    let (mut state, job, _) = opened();
    feed(&mut state, [Event::ModelReady { job, model: model("m") }]);
    feed(&mut state, [Event::VisionFailed { job, culprit: Culprit::File, failure: damaged() }]);
    let Some(Order::Check { id, .. }) = orders(&mut state).pop() else { panic!("nothing is checked") };
    let commands = report(&mut state, Report::Waiting { id });
    make_way(&mut state, &commands);
    let commands = report(&mut state, Report::Checked { id, n_chunks: 9, n_repaired: 0 });
    load_job(&commands);
    assert!(state.message.as_ref().unwrap().remedy.contains("as they were fetched"));
}

#[test]
fn a_person_who_checks_an_open_model_gets_another_meanwhile() {
    let (mut state, job, key) = opened();
    feed(&mut state, [Event::ModelReady { job, model: model("m") }]);
    orders(&mut state);
    let commands = act(&mut state, StoreAct::Check(key.clone()));
    assert_eq!(act(&mut state, StoreAct::Check(key.clone())), []);
    let Order::Check { id, .. } = one(&mut state) else { panic!("nothing is checked") };
    make_way(&mut state, &commands);
    assert_eq!(report(&mut state, Report::Checked { id, n_chunks: 1, n_repaired: 0 }), []);
}

#[test]
fn a_person_who_opens_another_model_is_not_overruled_by_a_check() {
    let (mut state, job, _) = opened();
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    let Order::Check { id, .. } = one(&mut state) else { panic!("nothing is checked") };
    load(&mut state, Pair::Bundled);
    assert_eq!(report(&mut state, Report::Checked { id, n_chunks: 9, n_repaired: 1 }), []);
}

#[test]
fn a_model_that_is_open_is_closed_before_it_is_deleted() {
    let (mut state, job, key) = opened();
    feed(&mut state, [Event::ModelReady { job, model: model("m") }]);
    orders(&mut state);
    let commands = act(&mut state, StoreAct::Delete(vec![key.clone()]));
    assert_eq!(orders(&mut state), [], "another model must come first");
    make_way(&mut state, &commands);
    let Order::Delete { id, models } = one(&mut state) else { panic!("nothing is deleted") };
    assert_eq!(models, [key]);
    report(&mut state, Report::Deleted { id, n_freed: 100 });
    inventory_id(&mut state);
    let commands = act(&mut state, StoreAct::Delete(vec![ModelKey("x".into())]));
    assert_eq!(commands, [], "one that is not open goes at once");
    one(&mut state);
}

#[test]
fn a_model_that_was_to_be_deleted_goes_when_the_worker_ends() {
    let (mut state, job, key) = opened();
    feed(&mut state, [Event::ModelReady { job, model: model("m") }]);
    orders(&mut state);
    act(&mut state, StoreAct::Delete(vec![key.clone()]));
    worker_died(&mut state, "unreachable");
    let Order::Delete { models, .. } = one(&mut state) else { panic!("nothing is deleted") };
    assert_eq!((models, state.open_stored()), (vec![key], None));
}

#[test]
fn the_image_part_comes_after_the_text_part() {
    let mut state = Page::default();
    let job = load(&mut state, Pair::Bundled);
    let loading = |done| Event::Loading { job, part: ModelPart::Vision, bytes_done: done, bytes_total: 1000 };
    assert_eq!(state.vision_name(), "loading");
    feed(
        &mut state,
        [Event::Started, loading(0), Event::ModelReady { job, model: model("m") }, loading(340)],
    );
    assert_eq!((state.model.name(), state.vision_name(), state.can_ask()), ("ready", "loading", Ok(())));
    let text = |state: &State| state.ready_text().unwrap().replace('\u{a0}', " ");
    assert_eq!(text(&state), "answers text; image part loading 34 %");
    let later = protocol::ModelInfo { load_secs: 2.5, heap_bytes: Some(7), ..model("m") };
    feed(&mut state, [Event::VisionReady { job: JobId(99), model: later.clone() }]);
    assert_eq!(state.vision_name(), "loading", "another job's");
    feed(&mut state, [Event::VisionReady { job, model: later }]);
    assert_eq!(state.vision_name(), "ready");
    assert_eq!(text(&state), "6.3 M parameters, 7.0 MB, 0.40 s");
    assert_eq!(state.load_text().as_deref(), Some("0.40 s until text was answered, 2.50 s with images"));
    assert_eq!(state.model.info().and_then(|info| info.heap_bytes), Some(7));
    worker_died(&mut state, "x");
    assert_eq!(state.vision_name(), "none");
}

#[test]
fn a_model_that_moves_brings_its_image_part_with_it() {
    use protocol::{BackendChoice, BackendKind};
    let (mut state, job, _) = opened();
    feed(
        &mut state,
        [Event::ModelReady { job, model: model("m") }, Event::VisionReady { job, model: model("m") }],
    );
    let choice = BackendChoice::Only(BackendKind::WebGpu);
    let commands = state.tell(Input::Model(ModelAct::ChooseBackend(choice)));
    let [Command::ChooseBackend { job: move_job, .. }] = commands[..] else { panic!("nothing moves") };
    let loading = |part| Event::Loading { job: move_job, part, bytes_done: 1, bytes_total: 2 };
    feed(&mut state, [loading(ModelPart::Text), loading(ModelPart::Vision)]);
    assert_eq!(state.vision_name(), "loading");
    let arrived = Event::BackendChosen {
        job: move_job,
        chosen: BackendKind::WebGpu,
        candidates: Vec::new(),
        model: Some(model("m")),
    };
    let mut silent = state.clone();
    feed(&mut state, [Event::VisionReady { job: move_job, model: model("m") }, arrived.clone()]);
    assert_eq!((state.model.name(), state.vision_name()), ("ready", "ready"));
    // Should it come later, as after loading.
    feed(&mut silent, [arrived]);
    assert_eq!(silent.vision_name(), "loading");
    feed(&mut silent, [Event::VisionReady { job: move_job, model: model("m") }]);
    assert_eq!(silent.vision_name(), "ready");
}

#[test]
fn a_model_refused_by_its_header_leaves_the_earlier_ones_image_part() {
    let mut state = ready(Turns::Single);
    assert!(matches!(state.model, ModelState::Ready(_)));
    let before = state.vision_name();
    let job = load(&mut state, Pair::Bundled);
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    assert_eq!(state.vision_name(), before);
}
