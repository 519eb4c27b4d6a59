use protocol::{Command, Detail, EndOfAnswer, Event, ImageId, JobId, ModelPart, ModelSource, Stage, Turns};

use super::testing::{
    Page, answered, apply, ask, chosen, failure, feed, image, images_of, job_of, load, model, pair,
    put_image, ready, restart, restart_with, start_image, timings, worker_died,
};
use super::{
    Canvas, Effect, Field, FileId, Input, ModelState, NotNow, PageSettings, Pair, Phase, Picture, Reading,
    TalkAct, TurnState, View, WorkerState,
};
use crate::catalogue;
use crate::state::ModelAct;
use crate::state::benchmark::BenchmarkAct;

fn stop(page: &mut Page) -> Vec<Command> {
    page.tell(Input::Talk(TalkAct::Stop))
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
    let mut state = Page::default();
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
    let mut state = Page::default();
    load(&mut state, Pair::Bundled);
    ask(&mut state, "q");
    assert_eq!(stop(&mut state), []);
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
    let mut state = Page::default();
    let (first_job, first) = start_image(&mut state, "a.png");
    let (job, second) = start_image(&mut state, "b.png");
    let commands = feed(&mut state, [Event::ImageReady { job: first_job, image: image(first) }]);
    assert_eq!(commands, [Command::CloseImage { image: first }]);
    assert_eq!(feed(&mut state, [Event::ImageReady { job, image: image(second) }]), []);
    assert_eq!(state.picture.name(), Some("b.png"));
    assert_eq!(state.tell(Input::Talk(TalkAct::RemoveImage)), [Command::CloseImage { image: second }]);
    assert_eq!(state.picture, Picture::Absent);
}

#[test]
fn stop_names_the_running_job() {
    let mut state = ready(Turns::Single);
    let job = job_of(&ask(&mut state, "q"));
    assert_eq!(stop(&mut state), [Command::Stop { job }]);
    assert_eq!(state.turns[0].note().as_deref(), Some("Stopping."));
}

#[test]
fn only_one_question_at_a_time() {
    let mut state = ready(Turns::Single);
    ask(&mut state, "one");
    assert_eq!(state.can_ask(), Err(NotNow::Answering));
    assert!(ask(&mut state, "two").is_empty());
    assert_eq!(state.turns.len(), 1);
    assert_eq!(state.tell(Input::Talk(TalkAct::New)), []);
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
    let mut state = Page::default();
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
    worker_died(&mut state, "unreachable");
    assert_eq!(state.turns[0].answer, "half");
    assert_eq!(state.turns[0].end_name(), "failed");
    assert_eq!(state.can_ask(), Err(NotNow::WorkerDied));
    assert!(state.message.as_ref().is_some_and(|failure| failure.message.contains("unreachable")));

    restart_with(&mut state, "m");
    assert_eq!(state.worker, WorkerState::Running);
    let id = put_image(&mut state, "a.png");
    assert_eq!(images_of(&ask(&mut state, "two")), [id]);
    assert!(state.turns[1].starts_afresh);
}

#[test]
fn an_image_that_is_chosen_while_the_worker_is_down_is_refused() {
    let mut state = ready(Turns::FollowUp);
    worker_died(&mut state, "unreachable");
    assert_eq!(state.tell(Input::Talk(TalkAct::OpenImage(chosen("b.png"), 1))), []);
    assert_eq!((state.picture.name(), state.phase()), (Some("a.png"), Phase::Idle));
    let said = state.message.clone().expect("a message");
    assert!(said.remedy.contains("Restart"), "{said:?}");
}

#[test]
fn what_a_dead_worker_is_asked_for_never_waits() {
    let mut state = ready(Turns::FollowUp);
    worker_died(&mut state, "unreachable");
    let why = state.message.clone();
    let open = Input::Benchmark(BenchmarkAct::OpenRun("x".into()));
    assert_eq!(state.tell(open.clone()), []);
    assert_eq!(state.message, why, "why it ended is not overwritten");
    state.tell(Input::CloseMessage);
    assert_eq!(state.tell(open), []);
    assert!(state.message.as_ref().is_some_and(|said| said.remedy.contains("Restart")));
    let file = BenchmarkAct::ChooseFile(chosen("own.tsv"));
    assert_eq!(state.tell(Input::Benchmark(file)), [], "Start opens it");
    assert_eq!((state.benchmark.stage.name(), state.benchmark.has_choice()), ("none", true));
    assert_eq!(state.tell(Input::Model(ModelAct::LoseDevice)), []);
    assert_eq!(Page::default().tell(Input::Model(ModelAct::LoseDevice)), [Command::LoseDevice]);
}

#[test]
fn a_worker_that_died_is_started_again_with_what_it_had() {
    let mut state = ready(Turns::FollowUp);
    state.tell(Input::Model(ModelAct::SetProfiling(true)));
    let image = state.picture.clone();
    worker_died(&mut state, "unreachable");
    worker_died(&mut state, "it was reported twice");
    assert!(state.message.as_ref().is_some_and(|said| said.message.contains("unreachable")));
    state.take_others();
    let commands = restart(&mut state);
    assert_eq!(state.take_others(), [Effect::StartWorker]);
    let names: Vec<_> = commands.iter().map(|(command, _)| format!("{command:?}")).collect();
    for (name, expected) in
        names.iter().zip(["ChooseBackend", "SetProfiling { on: true", "Runs", "OpenImage", "LoadModel"])
    {
        assert!(name.starts_with(expected), "{name} instead of {expected}");
    }
    assert_eq!((commands.len(), state.message.clone()), (5, None));
    assert_eq!(commands[3].1, image.files().collect::<Vec<_>>());
    assert_eq!(commands[4].1, [2, 3].map(FileId));
}

#[test]
fn after_a_crash_another_model_starts_the_worker_too() {
    let mut state = ready(Turns::FollowUp);
    worker_died(&mut state, "out of memory");
    state.take_others();
    load(&mut state, pair(2, "smaller"));
    assert_eq!((state.take_others(), &state.worker), (vec![Effect::StartWorker], &WorkerState::Starting));
}

#[test]
fn an_example_is_fetched_once_and_asked_about() {
    let mut state = ready(Turns::Single);
    let example = catalogue::examples().remove(0);
    let show = || Input::Talk(TalkAct::Example(example.clone()));
    assert_eq!(state.tell(show()), []);
    let [Effect::FetchExample { job, path, .. }] = &state.take_others()[..] else {
        panic!("nothing is fetched")
    };
    assert_eq!((path, state.turns[0].end_name()), (&example.path(), "waiting"));
    assert_eq!(state.tell(Input::ExampleCame(JobId(99), chosen("stray"))), []);
    let commands = state.tell_with_files(Input::ExampleCame(*job, chosen("example")));
    let [(Command::OpenImage { job, image: id, .. }, files)] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(files, &[chosen("example").id]);
    let ask = feed(&mut state, [Event::ImageReady { job: *job, image: image(*id) }]);
    assert_eq!(images_of(&ask), [*id]);
    feed(&mut state, [answered(job_of(&ask), EndOfAnswer::EndOfTurn)]);
    state.take_others();
    job_of(&state.tell(show()));
    assert_eq!(state.take_others(), [], "the image is there");
}

#[test]
fn an_example_that_does_not_come_is_not_waited_for() {
    let mut state = ready(Turns::Single);
    state.tell(Input::Talk(TalkAct::Example(catalogue::examples().remove(0))));
    let [Effect::FetchExample { job, .. }] = state.take_others()[..] else { panic!("nothing is fetched") };
    state.tell(Input::FailJob(job, failure()));
    assert_eq!((state.picture.name(), state.turns[0].end_name()), (Some("a.png"), "failed"));
    assert_eq!(state.message, Some(failure()));
}

#[test]
fn what_an_image_shows_is_drawn_and_cleared() {
    let mut state = ready(Turns::Single);
    put_image(&mut state, "b.png");
    assert_eq!(state.take_others(), [Effect::Draw { canvas: Canvas::Image, width_px: 140 }]);
    feed(&mut state, [Event::ImageReady { job: JobId(99), image: image(ImageId(99)) }]);
    assert_eq!(state.take_others(), [], "an image that nobody waits for");
    state.tell(Input::Talk(TalkAct::RemoveImage));
    assert_eq!(state.take_others(), [Effect::Clear(Canvas::Image)]);
}

#[test]
fn a_view_that_a_person_opens_gets_its_address_and_one_of_the_history_has_it() {
    let mut state = Page::default();
    state.tell(Input::Go(View::Benchmark));
    assert_eq!(
        state.take_others(),
        [Effect::WriteAddress(View::Benchmark), Effect::WriteTitle(View::Benchmark)]
    );
    state.tell(Input::Follow(View::Ask));
    assert_eq!(state.take_others(), [Effect::WriteTitle(View::Ask)]);
    assert!(state.view.is_benchmark_made && !state.view.is_models_made);
    state.tell(Input::Go(View::Ask));
    assert_eq!(state.take_others(), [], "it is on view");
}

#[test]
fn the_page_starts_with_the_machine_of_its_address() {
    let mut state = Page::default();
    let open = |query: &str| Input::Opened { base: "https://h/page/".into(), query: query.into() };
    let commands = state.tell(open("?backend=cpu"));
    assert!(
        matches!(
            &commands[..],
            [Command::ChooseBackend { .. }, Command::LoadModel { source: ModelSource::Own { text_url, .. }, .. }, Command::Runs { .. }]
                if text_url.starts_with("https://h/page/models/")
        ),
        "{commands:?}"
    );
    assert_eq!((state.take_others(), state.message.clone()), (vec![Effect::StartWorker], None));
    let mut state = Page::default();
    state.tell(open("?backend=abacus"));
    assert!(state.message.as_ref().is_some_and(|said| said.message.contains("abacus")));
}

#[test]
fn a_drop_or_a_paste_is_refused_while_a_question_is_answered() {
    let mut state = ready(Turns::Single);
    ask(&mut state, "q");
    for input in [
        Input::Talk(TalkAct::OpenImage(chosen("b.png"), 1)),
        Input::Model(ModelAct::LoadFiles(vec![chosen("a.gguf"), chosen("b.gguf")])),
    ] {
        assert_eq!(state.tell(input), []);
        let said = state.message.take().expect("a message");
        assert!(said.remedy.contains("press Stop"), "{said:?}");
    }
}

/// What is loaded after the worker ended: the names, and the files that travel beside the command.
fn comes_back(state: &mut Page) -> (Vec<String>, Vec<FileId>) {
    worker_died(state, "unreachable");
    match restart(state).pop() {
        Some((Command::LoadModel { source: ModelSource::Files { names }, .. }, files)) => (names, files),
        other => panic!("no chosen files are loaded: {other:?}"),
    }
}

#[test]
fn a_model_that_is_opened_while_another_loads_comes_back_after_the_worker_ended() {
    let b = (vec!["b.gguf".to_owned(), "b-mmproj.gguf".to_owned()], vec![FileId(4), FileId(5)]);
    let mut state = Page::default();
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
    assert_eq!(state.held_files()[..4], [4, 5, 2, 3].map(FileId), "the image’s file comes after them");
    feed(&mut state, [Event::Failed { job, failure: failure() }]);
    assert_eq!(comes_back(&mut state).1, [2, 3].map(FileId));
}

#[test]
fn an_example_may_wait_for_a_model_but_not_for_none() {
    let mut state = Page::default();
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
    let load = |names: &[&str]| {
        let files = names.iter().map(|name| chosen(name)).collect();
        Page::default().tell(Input::Model(ModelAct::LoadFiles(files))).len()
    };
    assert_eq!(load(&["a.gguf", "B-mmproj.GGUF"]), 1);
    for refused in [&["a.gguf"][..], &["a.gguf", "b.bin"], &[]] {
        assert_eq!(load(refused), 0, "{refused:?}");
    }
    let open = |n_bytes| {
        let mut page = Page::default();
        let n_commands = page.tell(Input::Talk(TalkAct::OpenImage(chosen("x"), n_bytes))).len();
        (n_commands, page.message.is_some(), page.held_files().len())
    };
    assert_eq!([1, 256_000_000].map(open), [(1, false, 1); 2]);
    assert_eq!([0, 256_000_001].map(open), [(0, true, 0); 2]);
}

#[test]
fn a_number_that_is_refused_is_said_beside_its_field_until_one_is_taken() {
    let mut state = Page::default();
    state.tell(Input::Set(Field::TopP, "7".into()));
    assert!(state.refused[&Field::TopP].contains("from 0.01 to 1"), "{:?}", state.refused);
    state.tell(Input::Set(Field::TopP, "0.5".into()));
    assert_eq!((state.refused.len(), state.settings.sampling.top_p), (0, 0.5));
}
