use protocol::{
    Command, Detail, EndOfAnswer, Event, Failure, ImageId, ImageInfo, JobId, ModelInfo, ModelPart,
    ModelSource, Stage, Timings, Turns,
};

use super::acts::{self, ask, open_image};
use super::{
    ChosenFile, Field, FileId, ModelState, NotNow, PageSettings, Pair, Phase, Picture, Reading, State,
    TurnState, WorkerState, apply, benchmark,
};

pub(super) fn model(name: &str) -> ModelInfo {
    ModelInfo {
        name: name.into(),
        quantisation: "Q8_0".into(),
        backend: "CPU (candle)".into(),
        n_parameters: 6_282_240,
        n_bytes: 7_000_000,
        min_visual_tokens: 4,
        max_visual_tokens: 1280,
        load_secs: 0.4,
        heap_bytes: None,
    }
}

fn image(id: ImageId) -> ImageInfo {
    ImageInfo {
        image: id,
        width_px: 140,
        height_px: 140,
        format: "PNG".into(),
        preview_width_px: 140,
        preview_height_px: 140,
    }
}

/// A pair that a person chose; the files of each have ids of their own.
pub(super) fn pair(id: u32, name: &str) -> Pair {
    let file = |id, name| ChosenFile { id: FileId(id), name };
    Pair::Files(vec![file(2 * id, format!("{name}.gguf")), file(2 * id + 1, format!("{name}-mmproj.gguf"))])
}

/// The job that loads a pair.
#[track_caller]
pub(super) fn load(state: &mut State, pair: Pair) -> JobId {
    match acts::load_model(state, pair) {
        Some(Command::LoadModel { job, .. }) => job,
        other => panic!("no model is loaded: {other:?}"),
    }
}

pub(super) fn failure() -> Failure {
    Failure { message: "found this".into(), remedy: "do that".into() }
}

fn timings(n_images_encoded: u32) -> Timings {
    Timings {
        n_visual_tokens: 25,
        n_images_encoded,
        image_encoding_secs: 0.5,
        n_prefill_tokens: 90,
        prefill_secs: 0.25,
        n_answer_tokens: 5,
        decoding_secs: 2.0,
    }
}

pub(super) fn feed(state: &mut State, events: impl IntoIterator<Item = Event>) -> Vec<Command> {
    events.into_iter().flat_map(|event| apply(state, event, 0.0)).collect()
}

/// A page with a model and an image in place.
pub(super) fn ready(turns: Turns) -> State {
    let mut state = State::default();
    let job = load(&mut state, if turns == Turns::Single { Pair::Bundled } else { pair(1, "m") });
    feed(&mut state, [Event::Started, Event::ModelReady { job, model: model("m") }]);
    put_image(&mut state, "a.png");
    state
}

pub(super) fn put_image(state: &mut State, name: &str) -> ImageId {
    let (job, id) = start_image(state, name);
    feed(state, [Event::ImageReady { job, image: image(id) }]);
    id
}

fn start_image(state: &mut State, name: &str) -> (JobId, ImageId) {
    let job = open_image(state, name);
    match acts::opening_command(state, job) {
        Some(Command::OpenImage { job, image, .. }) => (job, image),
        other => panic!("no image is being opened: {other:?}"),
    }
}

pub(super) fn job_of(commands: &[Command]) -> JobId {
    match commands.last() {
        Some(Command::Ask { job, .. }) => *job,
        other => panic!("no question was sent: {other:?}"),
    }
}

pub(super) fn images_of(commands: &[Command]) -> &[ImageId] {
    match commands.last() {
        Some(Command::Ask { question, .. }) => &question.images,
        other => panic!("no question was sent: {other:?}"),
    }
}

pub(super) fn answered(job: JobId, end: EndOfAnswer) -> Event {
    Event::Answered { job, end, timings: timings(1) }
}

#[test]
fn an_answer_grows_piece_by_piece_and_ends() {
    let mut state = ready(Turns::FollowUp);
    let job = job_of(&ask(&mut state, "  What is shown?  "));
    assert_eq!(state.turns[0].question, "What is shown?");
    assert_eq!(state.phase(), Phase::Answering(Stage::ImageEncoding));
    let progress = |stage, done, total| Event::Progress { job, stage, done, total, elapsed_secs: 0.5 };
    feed(&mut state, [progress(Stage::ImageEncoding, 3, 4), progress(Stage::Prefill, 64, 90)]);
    assert_eq!(state.phase(), Phase::Answering(Stage::Prefill));
    assert_eq!(state.readings.encoding_text(), "0.50 s");
    assert_eq!(state.readings.prefill_text(), "64 of 90 tokens");
    let piece = |text: &str| Event::Answer { job, text: text.into() };
    feed(&mut state, [piece("B. "), piece("ultrasound")]);
    assert_eq!(state.turns[0].answer, "B. ultrasound");
    assert_eq!(state.turns[0].end_name(), "streaming");
    feed(&mut state, [answered(job, EndOfAnswer::EndOfTurn)]);
    assert_eq!(state.turns[0].end_name(), "end-of-turn");
    assert_eq!(state.phase(), Phase::Idle);
    assert_eq!(state.readings.n_visual_tokens, Some(25));
    assert_eq!(state.readings.decoding_text(), "2.0 tokens/s");
}

#[test]
fn events_of_a_job_that_is_over_change_nothing() {
    let mut state = ready(Turns::FollowUp);
    let job = job_of(&ask(&mut state, "q"));
    feed(&mut state, [answered(job, EndOfAnswer::Stopped)]);
    let before = state.clone();
    let late = [
        Event::Answer { job, text: "late".into() },
        Event::Progress { job, stage: Stage::Decoding, done: 9, total: 0, elapsed_secs: 9.0 },
        Event::Failed { job, failure: failure() },
        Event::Answer { job: JobId(999), text: "stray".into() },
    ];
    feed(&mut state, late);
    assert_eq!(state, before);
}

#[test]
fn a_follow_up_does_not_bring_the_same_image_again() {
    let mut state = ready(Turns::FollowUp);
    let first = ask(&mut state, "one");
    assert_eq!(images_of(&first).len(), 1);
    feed(&mut state, [answered(job_of(&first), EndOfAnswer::EndOfTurn)]);
    let second = ask(&mut state, "two");
    assert!(images_of(&second).is_empty());
    assert_eq!(state.phase(), Phase::Answering(Stage::Prefill));
}

#[test]
fn a_single_question_always_brings_its_image() {
    let mut state = ready(Turns::Single);
    let first = ask(&mut state, "one");
    feed(&mut state, [answered(job_of(&first), EndOfAnswer::EndOfTurn)]);
    assert_eq!(images_of(&ask(&mut state, "two")).len(), 1);
}

#[test]
fn a_question_that_failed_leaves_no_image_behind() {
    let mut state = ready(Turns::FollowUp);
    let job = job_of(&ask(&mut state, "one"));
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    assert_eq!(state.turns[0].state, TurnState::Failed(failure()));
    assert_eq!(images_of(&ask(&mut state, "two")).len(), 1);
}

#[test]
fn another_image_starts_the_models_conversation_afresh() {
    let mut state = ready(Turns::FollowUp);
    let job = job_of(&ask(&mut state, "one"));
    feed(&mut state, [answered(job, EndOfAnswer::EndOfTurn)]);
    let second = put_image(&mut state, "b.png");
    let commands = ask(&mut state, "two");
    assert_eq!(commands[0], Command::NewConversation);
    assert_eq!(images_of(&commands), [second]);
    assert!(state.turns[1].starts_afresh && !state.turns[0].starts_afresh);
}

#[test]
fn a_question_waits_for_image_and_model_and_then_goes_by_itself() {
    let mut state = State::default();
    let load = load(&mut state, Pair::Bundled);
    let (open, id) = start_image(&mut state, "a.png");
    assert!(ask(&mut state, "q").is_empty());
    assert_eq!(state.turns[0].end_name(), "waiting");
    assert!(feed(&mut state, [Event::Started]).is_empty());
    assert!(feed(&mut state, [Event::ImageReady { job: open, image: image(id) }]).is_empty());
    let sent = feed(&mut state, [Event::ModelReady { job: load, model: model("m") }]);
    assert_eq!(images_of(&sent), [id]);
    assert!(matches!(sent.last(), Some(Command::Ask { settings, .. }) if settings.turns == Turns::Single));
}

#[test]
fn a_question_that_waits_can_be_called_back() {
    let mut state = State::default();
    load(&mut state, Pair::Bundled);
    ask(&mut state, "q");
    assert_eq!(acts::stop(&mut state), None);
    assert_eq!(state.turns[0].end_name(), "stopped");
}

#[test]
fn a_question_that_waits_fails_with_the_image() {
    let mut state = ready(Turns::Single);
    let (job, _) = start_image(&mut state, "b.png");
    ask(&mut state, "q");
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    assert_eq!(state.turns[0].end_name(), "failed");
    assert_eq!(state.picture.name(), Some("a.png"), "the image before it stays");
    assert_eq!(state.message, Some(failure()));
}

#[test]
fn a_new_image_replaces_the_old_one_when_it_is_there() {
    let mut state = ready(Turns::Single);
    let old = state.picture.id().expect("an image is there");
    let (job, id) = start_image(&mut state, "b.png");
    assert_eq!(state.picture.shown().map(|shown| shown.info.image), Some(old));
    let commands = feed(&mut state, [Event::ImageReady { job, image: image(id) }]);
    assert_eq!(commands, [Command::CloseImage { image: old }]);
    assert_eq!(state.picture.shown().map(|shown| shown.info.image), Some(id));
}

#[test]
fn an_image_that_was_replaced_meanwhile_is_closed() {
    let mut state = State::default();
    let (first_job, first) = start_image(&mut state, "a.png");
    let (job, second) = start_image(&mut state, "b.png");
    let commands = feed(&mut state, [Event::ImageReady { job: first_job, image: image(first) }]);
    assert_eq!(commands, [Command::CloseImage { image: first }]);
    assert_eq!(feed(&mut state, [Event::ImageReady { job, image: image(second) }]), []);
    assert_eq!(state.picture.name(), Some("b.png"));
    assert_eq!(acts::remove_image(&mut state), [Command::CloseImage { image: second }]);
    assert_eq!(state.picture, Picture::Absent);
}

#[test]
fn stop_names_the_running_job() {
    let mut state = ready(Turns::Single);
    let job = job_of(&ask(&mut state, "q"));
    assert_eq!(acts::stop(&mut state), Some(Command::Stop { job }));
    assert_eq!(state.turns[0].note().as_deref(), Some("Stopping."));
}

#[test]
fn only_one_question_at_a_time() {
    let mut state = ready(Turns::Single);
    ask(&mut state, "one");
    assert_eq!(state.can_ask(), Err(NotNow::Answering));
    assert!(ask(&mut state, "two").is_empty());
    assert_eq!(state.turns.len(), 1);
    assert_eq!(acts::new_conversation(&mut state), None);
}

#[test]
fn a_model_refused_by_its_header_leaves_the_earlier_one() {
    let mut state = ready(Turns::Single);
    let job = load(&mut state, pair(2, "n"));
    assert_eq!(state.can_ask(), Err(NotNow::ModelLoading));
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    assert_eq!(state.model.info().map(|info| info.name.as_str()), Some("m"));
    assert_eq!(state.message, Some(failure()));
}

#[test]
fn a_model_that_fails_halfway_leaves_none() {
    let mut state = ready(Turns::Single);
    let job = load(&mut state, pair(2, "n"));
    let some = Event::Loading { job, part: ModelPart::Text, bytes_done: 1, bytes_total: 2 };
    feed(&mut state, [some, Event::Failed { job, failure: failure() }]);
    assert_eq!(state.model, ModelState::Failed(failure()));
    assert_eq!(state.can_ask(), Err(NotNow::NoModel));
}

#[test]
fn loading_tells_bytes_and_time_left() {
    let mut state = State::default();
    let job = load(&mut state, Pair::Bundled);
    let loading = |part, done| Event::Loading { job, part, bytes_done: done, bytes_total: 4_000_000 };
    apply(&mut state, loading(ModelPart::Text, 0), 10.0);
    apply(&mut state, loading(ModelPart::Vision, 0), 10.0);
    apply(&mut state, loading(ModelPart::Text, 2_000_000), 11.0);
    let ModelState::Loading(progress) = &state.model else { panic!("{:?}", state.model) };
    assert_eq!(progress.text(11.0), "2.0 of 8.0 MB, 3 s left");
}

#[test]
fn the_worker_dies_and_the_conversation_stays() {
    let mut state = ready(Turns::FollowUp);
    let job = job_of(&ask(&mut state, "one"));
    feed(&mut state, [Event::Answer { job, text: "half".into() }]);
    acts::worker_died(&mut state, "unreachable");
    assert_eq!(state.turns[0].answer, "half");
    assert_eq!(state.turns[0].end_name(), "failed");
    assert_eq!(state.can_ask(), Err(NotNow::WorkerDied));
    assert!(state.message.as_ref().is_some_and(|failure| failure.message.contains("unreachable")));

    acts::worker_restarts(&mut state);
    let job = load(&mut state, pair(1, "m"));
    feed(&mut state, [Event::Started, Event::ModelReady { job, model: model("m") }]);
    assert_eq!(state.worker, WorkerState::Running);
    let id = put_image(&mut state, "a.png");
    assert_eq!(images_of(&ask(&mut state, "two")), [id]);
    assert!(state.turns[1].starts_afresh);
}

/// Gives a command to a worker that is down.
fn refused(state: &mut State, command: Command) {
    assert_eq!(acts::deliverable(state, command), None);
}

#[test]
fn an_image_that_is_chosen_while_the_worker_is_down_is_refused() {
    let mut state = ready(Turns::FollowUp);
    acts::worker_died(&mut state, "unreachable");
    let job = open_image(&mut state, "b.png");
    let command = acts::opening_command(&state, job).expect("an image is being opened");
    refused(&mut state, command);
    assert_eq!((state.picture.name(), state.phase()), (Some("a.png"), Phase::Idle));
    let said = state.message.clone().expect("a message");
    assert!(said.remedy.contains("Restart"), "{said:?}");
}

#[test]
fn what_a_dead_worker_is_asked_for_never_waits() {
    let mut state = ready(Turns::FollowUp);
    acts::worker_died(&mut state, "unreachable");
    let why = state.message.clone();
    let list = benchmark::kept::list(&mut state);
    refused(&mut state, list);
    assert_eq!(state.message, why, "why it ended is not overwritten");
    state.message = None;
    let list = benchmark::kept::list(&mut state);
    refused(&mut state, list);
    assert!(state.message.is_some());
    assert_eq!(
        benchmark::data::choose_file(&mut state, benchmark::tests::chosen("own.tsv")),
        [],
        "Start opens it"
    );
    assert_eq!((state.benchmark.stage.name(), state.benchmark.has_choice()), ("none", true));
    refused(&mut state, Command::LoseDevice);
    let mut starting = State::default();
    assert_eq!(acts::deliverable(&mut starting, Command::LoseDevice), Some(Command::LoseDevice));
}

/// What is loaded after the worker ended: the names, and the files that travel beside the command.
fn comes_back(state: &mut State) -> (Vec<String>, Vec<FileId>) {
    acts::worker_died(state, "unreachable");
    acts::worker_restarts(state);
    let command = acts::reload_model(state).expect("a model is loaded");
    let files = state.files_beside(&command);
    match command {
        Command::LoadModel { source: ModelSource::Files { names }, .. } => (names, files),
        other => panic!("no chosen files are loaded: {other:?}"),
    }
}

#[test]
fn a_model_that_is_opened_while_another_loads_comes_back_after_the_worker_ended() {
    let b = (vec!["b.gguf".to_owned(), "b-mmproj.gguf".to_owned()], vec![FileId(4), FileId(5)]);
    let mut state = State::default();
    feed(&mut state, [Event::Started]);
    let first = load(&mut state, pair(1, "a"));
    let second = load(&mut state, pair(2, "b"));
    let loading = state.clone();
    // The worker finishes what it was told first.
    feed(&mut state, [Event::ModelReady { job: first, model: model("a") }]);
    assert_eq!(state.can_ask(), Err(NotNow::ModelLoading), "a is not the model that was asked for last");
    feed(&mut state, [Event::ModelReady { job: second, model: model("b") }]);
    assert_eq!((state.model.info().map(|it| it.name.as_str()), state.held_files()), (Some("b"), b.1.clone()));
    assert_eq!(comes_back(&mut state), b);

    let mut state = loading;
    assert_eq!(comes_back(&mut state), b, "also if it had not come yet");
}

#[test]
fn a_model_that_is_refused_leaves_the_files_of_the_one_before_it() {
    let mut state = ready(Turns::FollowUp);
    let job = load(&mut state, pair(2, "n"));
    assert_eq!(state.held_files(), [4, 5, 2, 3].map(FileId));
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    assert_eq!(comes_back(&mut state).1, [2, 3].map(FileId));
}

#[test]
fn an_example_may_wait_for_a_model_but_not_for_none() {
    let mut state = State::default();
    assert!(state.can_show_example(), "the worker is starting");
    feed(&mut state, [Event::Started]);
    assert!(!state.can_show_example(), "there is no model");
    load(&mut state, Pair::Bundled);
    assert!(state.can_show_example(), "a model is coming");
    ask(&mut state, "q");
    assert!(!state.can_show_example(), "a question waits");
}

#[test]
fn an_image_encoded_before_reads_reused() {
    let mut state = ready(Turns::FollowUp);
    let job = job_of(&ask(&mut state, "one"));
    feed(&mut state, [Event::Answered { job, end: EndOfAnswer::EndOfTurn, timings: timings(0) }]);
    assert_eq!(state.readings.encoding, Reading::Reused);
    assert_eq!(state.readings.encoding_text(), "reused");
}

#[test]
fn a_number_that_cannot_be_taken_changes_nothing() {
    let mut settings = PageSettings::default();
    for text in ["", "abc", "-1", "1.5", "NaN", "inf", "1e30"] {
        assert!(Field::MaxAnswerTokens.write(&mut settings, text).is_err(), "{text:?} was taken");
    }
    assert!(Field::DetailMax.write(&mut settings, "64").is_ok());
    assert!(Field::DetailMin.write(&mut settings, "65").is_err());
    assert_eq!(settings, PageSettings { detail_max: Some(64), ..PageSettings::default() });
}

#[test]
fn every_field_reads_what_it_wrote() {
    for field in Field::DETAIL.into_iter().chain(Field::SAMPLING) {
        let mut settings = PageSettings::default();
        let text = if field.range().2 == 1.0 { "7" } else { "0.75" };
        assert_eq!(field.write(&mut settings, text), Ok(()), "{field:?}");
        assert_eq!(field.read(&settings), text, "{field:?}");
        assert_ne!(settings, PageSettings::default(), "{field:?}");
    }
}

#[test]
fn one_bound_of_the_detail_takes_the_models_other_one() {
    let info = model("m");
    let with = |min, max| PageSettings { detail_min: min, detail_max: max, ..PageSettings::default() };
    assert_eq!(with(None, None).for_model(&info).detail, Detail::Model);
    assert_eq!(with(None, Some(256)).for_model(&info).detail, Detail::Tokens { min: 4, max: 256 });
    assert_eq!(with(Some(2000), None).for_model(&info).detail, Detail::Tokens { min: 2000, max: 2000 });
}

#[test]
fn files_are_checked_before_they_are_read() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert!(acts::check_model_files(&names(&["a.gguf", "B-mmproj.GGUF"])).is_ok());
    for refused in [&["a.gguf"][..], &["a.gguf", "b.bin"], &[]] {
        assert!(acts::check_model_files(&names(refused)).is_err(), "{refused:?}");
    }
    assert!(acts::check_image_size("x", 1).is_ok());
    assert!(acts::check_image_size("x", 0).is_err());
    assert!(acts::check_image_size("x", acts::MAX_IMAGE_BYTES + 1).is_err());
}
