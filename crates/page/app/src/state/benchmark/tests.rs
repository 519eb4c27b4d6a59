use bench::{Conditions, DataSet, Grouping, Letter, Question, Reply, Rule, VisualTokens};
use protocol::{BackendChoice, BackendKind, BenchmarkImages, Command, Event, Failure, JobId, ModelInfo};

use super::{BenchmarkAct, OpenedImage, Pause, Stage, Stop, answer_text, truth_text};
pub(super) use crate::state::testing::model;
use crate::state::testing::{Page, apply, ask, load as load_pair, pair, restart_with, worker_died};
use crate::state::{Input, ModelAct, State};

pub(super) const DATE: &str = "2026-11-25T03:10:22.000Z";

pub(super) fn load(state: &mut Page, name: &str) -> JobId {
    load_pair(state, pair(1, name))
}

/// A page with a model.
pub(super) fn ready() -> Page {
    let mut state = Page::default();
    let job = load(&mut state, "m");
    apply(&mut state, Event::Started, 0.0);
    apply(&mut state, Event::ModelReady { job, model: model("m") }, 0.0);
    state
}

fn act(state: &mut Page, act: BenchmarkAct) -> Vec<Command> {
    state.tell(Input::Benchmark(act))
}

pub(super) fn start(state: &mut Page, date: &str, salt: &str, now_secs: f64) -> Vec<Command> {
    act(state, BenchmarkAct::Start { date: date.into(), salt: salt.into(), now_secs })
}

pub(super) fn pause(state: &mut Page) {
    assert_eq!(act(state, BenchmarkAct::Pause), []);
}

pub(super) fn resume(state: &mut Page, now_secs: f64) -> Vec<Command> {
    act(state, BenchmarkAct::Resume(now_secs))
}

pub(super) fn stop(state: &mut Page) -> Option<Command> {
    act(state, BenchmarkAct::Stop).pop()
}

pub(super) fn open_question(state: &mut Page, number: u32) -> Vec<Command> {
    act(state, BenchmarkAct::OpenQuestion(number))
}

pub(super) fn choose_rule(state: &mut Page, rule: Rule) {
    assert_eq!(act(state, BenchmarkAct::ChooseRule(rule)), []);
}

/// Every third is about a muscle; the right answer is B.
pub(super) fn questions(n: usize) -> Vec<Question> {
    let question = |index: usize| Question {
        index: index.to_string(),
        question: format!("What is shown in image {index}?"),
        options: ["left kidney", "right kidney", "spleen"].map(String::from).to_vec(),
        answer: Letter::of(1),
        clinical_task: if index.is_multiple_of(3) { "Muscle" } else { "Bone" }.into(),
        granularity: "Image level".into(),
        ..Question::default()
    };
    (0..n).map(question).collect()
}

pub(super) fn opened(state: &mut Page, commands: &[Command], n: usize, now_secs: f64) -> Vec<Command> {
    let [Command::OpenBenchmark { job, .. }] = commands else { panic!("{commands:?}") };
    without_runs(apply(state, sample_opened(*job, n), now_secs))
}

pub(super) fn sample_opened(job: JobId, n: usize) -> Event {
    Event::BenchmarkOpened {
        job,
        data: DataSet::Sample { version: "test".into() },
        questions: questions(n),
        fingerprint: format!("sample of {n}"),
        problems: Vec::new(),
        n_problems: 0,
    }
}

/// The commands that do not concern what is kept.
fn without_runs(mut commands: Vec<Command>) -> Vec<Command> {
    commands.retain(|command| !matches!(command, Command::Runs { .. }));
    commands
}

/// The question that was asked.
#[track_caller]
pub(super) fn asked(commands: &[Command]) -> (JobId, u32) {
    match &without_runs(commands.to_vec())[..] {
        [Command::AnswerBenchmark { job, number, .. }] => (*job, *number),
        other => panic!("no question was asked: {other:?}"),
    }
}

fn said(text: &str) -> Reply {
    Reply { text: text.into(), seconds: 0.5, ..Reply::default() }
}

pub(super) fn answer(
    state: &mut Page,
    (job, number): (JobId, u32),
    text: &str,
    now_secs: f64,
) -> Vec<Command> {
    without_runs(apply(state, Event::BenchmarkAnswered { job, number, reply: said(text) }, now_secs))
}

/// A run over so many questions, its first one asked at 0 s.
pub(super) fn running(n: usize) -> (Page, (JobId, u32)) {
    let mut state = ready();
    let open = start(&mut state, DATE, "x7k2", 0.0);
    let first = asked(&opened(&mut state, &open, n, 0.0));
    (state, first)
}

pub(super) fn failure() -> Failure {
    Failure { message: "found this.".into(), remedy: "do that.".into() }
}

pub(super) fn counts(state: &State) -> (u32, u32) {
    let cell = state.benchmark.row.overall();
    (cell.hits, cell.n)
}

#[test]
fn one_question_is_asked_at_a_time_until_the_last() {
    let mut state = ready();
    let open = start(&mut state, DATE, "x7k2", 0.0);
    assert_eq!(state.benchmark.stage.name(), "opening");
    assert_eq!(start(&mut state, DATE, "x7k2", 0.0), [], "it is being opened already");
    let mut next = opened(&mut state, &open, 3, 10.0);
    for (number, text) in ["B. right kidney", "A", "perhaps"].into_iter().enumerate() {
        assert_eq!(state.benchmark.stage, Stage::Running);
        let question = asked(&next);
        assert_eq!(question.1 as usize, number);
        next = answer(&mut state, question, text, 12.0 + 2.0 * number as f64);
    }
    assert_eq!((next, &state.benchmark.stage), (vec![], &Stage::Finished));
    assert_eq!(counts(&state), (1, 3));
    let muscle = state.benchmark.row.cell(Grouping::ClinicalTask, "Muscle");
    assert_eq!((muscle.hits, muscle.n), (1, 1));
    let texts: Vec<_> = state.benchmark.answers().iter().map(answer_text).collect();
    assert_eq!(texts, ["B. right kidney", "A. left kidney", "no option found"]);
    assert_eq!(truth_text(&state.benchmark.answers()[1]), "B. right kidney");
    assert_eq!(state.benchmark.pace.elapsed_secs(), 6.0);
    assert_eq!(state.benchmark_status(), "Finished: 1 of 3 right, in 6.00 s.");
}

#[test]
fn without_a_model_nothing_starts_and_the_reason_is_said() {
    let mut state = Page::default();
    assert_eq!(start(&mut state, DATE, "x7k2", 0.0), []);
    assert_eq!(state.benchmark_status(), "The model is loading.");
    apply(&mut state, Event::Started, 0.0);
    assert_eq!(start(&mut state, DATE, "x7k2", 0.0), []);
    assert!(state.benchmark_status().contains("No model is loaded"));
    assert_eq!(state.benchmark.stage.name(), "none");
}

#[test]
fn a_pause_lets_the_question_at_hand_be_answered() {
    let (mut state, first) = running(3);
    pause(&mut state);
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::Wanted));
    assert_eq!(answer(&mut state, first, "B", 1.0), []);
    assert_eq!((counts(&state), state.benchmark.stage.name()), ((1, 1), "paused"));
    let second = asked(&resume(&mut state, 100.0));
    assert_eq!(second.1, 1);
    answer(&mut state, second, "B", 101.0);
    assert_eq!(state.benchmark.pace.elapsed_secs(), 2.0, "the pause does not count");
}

#[test]
fn resumed_at_once_it_does_not_ask_twice() {
    let (mut state, first) = running(3);
    pause(&mut state);
    assert_eq!(resume(&mut state, 0.5), []);
    assert_eq!(asked(&answer(&mut state, first, "B", 1.0)).1, 1);
}

#[test]
fn the_last_answer_ends_even_a_paused_run() {
    let (mut state, only) = running(1);
    pause(&mut state);
    assert_eq!(answer(&mut state, only, "B", 1.0), []);
    assert_eq!(state.benchmark.stage, Stage::Finished);
}

#[test]
fn stopped_it_keeps_its_answers_and_takes_no_more() {
    let (mut state, first) = running(3);
    let second = asked(&answer(&mut state, first, "B", 1.0));
    assert_eq!(stop(&mut state), Some(Command::Stop { job: second.0 }));
    assert_eq!(state.benchmark.stage, Stage::Stopped(Stop::Wanted));
    let before = state.clone();
    assert_eq!(answer(&mut state, second, "B", 2.0), []);
    apply(&mut state, Event::Failed { job: second.0, failure: failure() }, 2.0);
    assert_eq!(state, before);
    assert_eq!((stop(&mut state), resume(&mut state, 3.0)), (None, vec![]));
    assert_eq!(counts(&state), (1, 1));
}

#[test]
fn a_new_run_begins_with_an_empty_row_and_the_questions_at_hand() {
    let (mut state, first) = running(2);
    answer(&mut state, first, "B", 1.0);
    stop(&mut state);
    state.benchmark.blank_images = true;
    let again = without_runs(start(&mut state, "later", "x7k2", 50.0));
    assert!(
        matches!(&again[..], [Command::AnswerBenchmark { number: 0, settings, .. }] if settings.images == BenchmarkImages::Blank)
    );
    assert_eq!((counts(&state), state.benchmark.progress()), ((0, 0), Some((0, 2))));
    let conditions = &state.benchmark.run.as_ref().unwrap().conditions;
    assert_eq!((conditions.blank_images, conditions.date.as_str()), (true, "later"));
}

#[test]
fn events_that_are_not_waited_for_change_nothing() {
    let (mut state, first) = running(3);
    let before = state.clone();
    let stray = [(first.0, 1), (JobId(999), 0)];
    for question in stray {
        assert_eq!(answer(&mut state, question, "B", 1.0), []);
    }
    apply(&mut state, sample_opened(first.0, 9), 1.0);
    apply(&mut state, Event::BenchmarkImage { job: first.0, number: 0, width_px: 1, height_px: 1 }, 1.0);
    assert_eq!(state, before);
    answer(&mut state, first, "B", 1.0);
    let once = state.clone();
    assert_eq!(answer(&mut state, first, "B", 2.0), [], "told twice, counted once");
    assert_eq!(state, once);
}

#[test]
fn called_off_while_it_is_opened_it_does_not_begin() {
    for call_off in [pause, |state: &mut Page| drop(stop(state))] {
        let mut state = ready();
        let open = start(&mut state, DATE, "x7k2", 0.0);
        call_off(&mut state);
        assert_eq!(opened(&mut state, &open, 2, 1.0), []);
        assert_eq!((&state.benchmark.stage, state.benchmark.progress()), (&Stage::Ready, Some((0, 2))));
        assert_eq!(asked(&start(&mut state, DATE, "x7k2", 2.0)).1, 0);
    }
}

#[test]
fn a_failure_pauses_with_its_message_and_the_question_is_asked_again() {
    let (mut state, first) = running(3);
    let second = asked(&answer(&mut state, first, "B", 1.0));
    apply(&mut state, Event::Failed { job: second.0, failure: failure() }, 2.0);
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::Failed(failure())));
    assert_eq!(state.benchmark_status(), "Paused at question 2: found this. do that.");
    assert_eq!(state.message, None, "it is said in its place");
    assert_eq!(asked(&resume(&mut state, 3.0)).1, 1);
}

#[test]
fn questions_that_cannot_be_made_ready_leave_none() {
    let mut state = ready();
    let open = start(&mut state, DATE, "x7k2", 0.0);
    let [Command::OpenBenchmark { job, .. }] = open[..] else { panic!("{open:?}") };
    apply(&mut state, Event::Failed { job, failure: failure() }, 1.0);
    assert_eq!(state.benchmark.stage, Stage::Idle(Some(failure())));
    assert_eq!(state.benchmark_status(), "found this. do that.");
    assert!(matches!(start(&mut state, DATE, "x7k2", 2.0)[..], [Command::OpenBenchmark { .. }]));
}

#[test]
fn a_question_of_a_persons_own_goes_first() {
    let (mut state, first) = running(3);
    assert!(state.benchmark_aside().is_some_and(|line| line.contains("pauses")));
    let commands = ask(&mut state, "What is shown?");
    assert!(
        matches!(&commands[..], [Command::Stop { job }, Command::Ask { .. }] if *job == first.0),
        "{commands:?}"
    );
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::Question));
    assert!(state.benchmark_aside().is_some_and(|line| line.contains("paused")));
    apply(&mut state, Event::Failed { job: first.0, failure: failure() }, 1.0);
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::Question));
    assert_eq!(asked(&resume(&mut state, 2.0)).1, 0);
}

#[test]
fn a_run_belongs_to_the_model_it_began_with() {
    let (mut state, first) = running(3);
    let job = load(&mut state, "n");
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::ModelLoading));
    assert_eq!(resume(&mut state, 1.0), []);
    // The worker answers what it has before it turns to the model.
    answer(&mut state, first, "B", 1.0);
    apply(&mut state, Event::ModelReady { job, model: model("n") }, 2.0);
    assert_eq!(state.benchmark.stage, Stage::Stopped(Stop::OtherModel));
    assert_eq!((counts(&state), resume(&mut state, 3.0)), ((1, 1), vec![]));
    assert_eq!(state.benchmark.run.as_ref().unwrap().conditions.model, "m");
    start(&mut state, DATE, "x7k2", 4.0);
    assert_eq!(state.benchmark.run.as_ref().unwrap().conditions.model, "n");
}

#[test]
fn a_model_that_was_refused_lets_the_run_go_on() {
    let (mut state, first) = running(3);
    answer(&mut state, first, "B", 1.0);
    let job = load(&mut state, "n");
    apply(&mut state, Event::Failed { job, failure: failure() }, 2.0);
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::ModelLoading));
    assert_eq!(resume(&mut state, 3.0), [], "the second question is still with the worker");
    assert_eq!(state.benchmark.stage, Stage::Running);
}

fn move_to(state: &mut Page, n: usize, backend_name: &str) {
    let choice = BackendChoice::Only(BackendKind::WebGpu);
    let [Command::ChooseBackend { job, .. }] = state.tell(Input::Model(ModelAct::ChooseBackend(choice)))[..]
    else {
        panic!()
    };
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::ModelMoving));
    assert!(state.benchmark_status().contains("another machine"), "{}", state.benchmark_status());
    assert_eq!((resume(state, 1.0), n), (vec![], state.benchmark.answers().len()));
    let moved = ModelInfo { backend: backend_name.into(), ..model("m") };
    let chosen = BackendKind::WebGpu;
    apply(state, Event::BackendChosen { job, chosen, candidates: vec![], model: Some(moved) }, 2.0);
}

#[test]
fn a_run_belongs_to_the_machine_it_began_on() {
    let (mut state, first) = running(3);
    answer(&mut state, first, "B", 1.0);
    move_to(&mut state, 1, "SwiftShader");
    assert_eq!((state.benchmark.stage.clone(), counts(&state)), (Stage::Stopped(Stop::OtherMachine), (1, 1)));
    assert!(state.benchmark_status().contains("one machine"), "{}", state.benchmark_status());

    let (mut state, _) = running(3);
    move_to(&mut state, 0, "CPU (candle)");
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::ModelMoving));
    resume(&mut state, 3.0);
    assert_eq!(state.benchmark.stage, Stage::Running);
}

#[test]
fn a_device_lost_in_the_middle_of_a_run_is_told() {
    let (mut state, first) = running(3);
    apply(&mut state, Event::Rebuilding { job: first.0, why: "it hung".into() }, 1.0);
    assert!(state.rebuilding_sentence().is_some_and(|said| said.ends_with("the run goes on.")));
    let reloading = |done| Event::Progress {
        job: first.0,
        stage: protocol::Stage::Reloading,
        done,
        total: 7,
        elapsed_secs: 0.1,
    };
    apply(&mut state, reloading(6), 1.0);
    assert!(state.rebuilding.is_some());
    apply(&mut state, reloading(7), 1.0);
    assert!(state.rebuilding.is_none(), "nothing else says that the question is answered now");
    answer(&mut state, first, "B", 2.0);
    assert_eq!((state.rebuilding.clone(), counts(&state)), (None, (1, 1)));
}

#[test]
fn a_run_whose_worker_ended_goes_on_with_the_next_one() {
    let (mut state, first) = running(3);
    answer(&mut state, first, "B", 1.0);
    open_question(&mut state, 0);
    worker_died(&mut state, "unreachable");
    assert_eq!((state.benchmark.stage.clone(), counts(&state)), (Stage::Paused(Pause::Kept), (1, 1)));
    let image = state.benchmark.opened.clone().map(|opened| opened.image);
    assert!(matches!(image, Some(OpenedImage::Failed(_))));
    assert_eq!(resume(&mut state, 1.5), [], "there is no model");
    restart_with(&mut state, "m");
    assert_eq!(state.benchmark_status(), "Left at 1 of 3 questions. Resume goes on with question 2.");
    let open = resume(&mut state, 3.0);
    assert_eq!(state.benchmark.stage.name(), "opening");
    assert_eq!(asked(&opened(&mut state, &open, 3, 4.0)).1, 1);
    assert_eq!((counts(&state), &state.benchmark.stage), ((1, 1), &Stage::Running));
}

#[test]
fn a_question_is_looked_at_with_its_image() {
    let (mut state, first) = running(3);
    assert_eq!(open_question(&mut state, 0), [], "it has no answer yet");
    answer(&mut state, first, "B", 1.0);
    let [Command::ShowBenchmarkImage { job, number: 0 }] = open_question(&mut state, 0)[..] else {
        panic!("no image was asked for")
    };
    let image = |state: &State| state.benchmark.opened.clone().map(|opened| opened.image);
    apply(&mut state, Event::BenchmarkImage { job: JobId(999), number: 0, width_px: 1, height_px: 1 }, 1.0);
    assert_eq!(image(&state), Some(OpenedImage::Coming(job)));
    apply(&mut state, Event::BenchmarkImage { job, number: 0, width_px: 1, height_px: 1 }, 1.0);
    assert_eq!(image(&state), Some(OpenedImage::Shown));
    let [Command::ShowBenchmarkImage { job, .. }] = open_question(&mut state, 0)[..] else { panic!() };
    apply(&mut state, Event::Failed { job, failure: failure() }, 1.0);
    assert_eq!(image(&state), Some(OpenedImage::Failed(failure())));
    assert_eq!(state.benchmark.stage, Stage::Running, "a missing image does not disturb the run");
    act(&mut state, BenchmarkAct::CloseQuestion);
    assert_eq!(state.benchmark.opened, None);
}

#[test]
fn a_listener_is_told_each_tenth_and_the_end() {
    let (mut state, mut question) = running(50);
    let mut told = vec![state.benchmark_news()];
    for n in 1..=50 {
        let next = answer(&mut state, question, "B", f64::from(n));
        let news = state.benchmark_news();
        if told.last() != Some(&news) {
            told.push(news);
        }
        if n < 50 {
            question = asked(&next);
        }
    }
    assert_eq!(told.len(), 11, "{told:#?}");
    assert_eq!(told[1], "The benchmark is running: 10 % of 50 questions.");
    assert!(told[10].contains("50 of 50 right"));
}

#[test]
fn settings_of_the_page_hold_for_the_whole_run_and_stand_in_its_conditions() {
    let mut state = ready();
    (state.settings.detail_max, state.settings.max_answer_tokens) = (Some(64), 20);
    let open = start(&mut state, DATE, "x7k2", 0.0);
    let first = asked(&opened(&mut state, &open, 3, 0.0));
    let conditions = Conditions {
        model: "m".into(),
        quantisation: "Q8_0".into(),
        backend: "CPU (candle)".into(),
        visual_tokens: VisualTokens { min: 4, max: 64 },
        rule: Rule::VlmEval2024,
        max_answer_tokens: 20,
        blank_images: false,
        data_set: DataSet::Sample { version: "test".into() },
        software: "Qwen2-VL-Med 0.1.0".into(),
        date: DATE.into(),
        selection: None,
        circular: false,
        questions: "sample of 3".into(),
        shard: None,
    };
    assert_eq!(state.benchmark.run.as_ref().map(|run| &run.conditions), Some(&conditions));
    state.settings.max_answer_tokens = 99;
    state.benchmark.blank_images = true;
    let next = answer(&mut state, first, "B", 1.0);
    assert!(matches!(&next[..], [Command::AnswerBenchmark { settings, .. }]
        if settings.max_answer_tokens == 20 && settings.images == BenchmarkImages::Shown));
}

#[test]
fn a_group_that_the_benchmark_does_not_have_gets_a_row() {
    let (mut state, first) = running(3);
    state.benchmark.grouping = Grouping::Department;
    assert_eq!(state.benchmark.groups().len(), 18);
    answer(&mut state, first, "B", 1.0);
    assert_eq!(state.benchmark.groups().last().map(String::as_str), Some("None"));
}
