use bench::{DataSet, Extent, Letter, Preset, Problem, Rule, Selection, VisualTokens};
use protocol::{BenchmarkData, Command, DataSource, Detail, Event, JobId};

use super::data::extent_of;
use super::tests::{
    DATE, answer, asked, choose_rule, counts, failure, open_question, opened, questions, ready, running,
    sample_opened, start, stop,
};
use super::{BenchmarkAct, DataKind, OpenedImage, Stage};
use crate::state::testing::{Page, apply, chosen, worker_died};
use crate::state::{ChosenFile, Input, State};

pub(super) fn choose_file(state: &mut Page, file: ChosenFile) -> Vec<Command> {
    state.tell(Input::Benchmark(BenchmarkAct::ChooseFile(file)))
}

fn choose_kind(state: &mut Page, kind: DataKind) -> Vec<Command> {
    state.tell(Input::Benchmark(BenchmarkAct::ChooseKind(kind)))
}

fn choose_selection(state: &mut Page, selection: Selection) -> Vec<Command> {
    state.tell(Input::Benchmark(BenchmarkAct::ChooseSelection(selection)))
}

fn choose_address(state: &mut Page, url: &str) -> Vec<Command> {
    state.tell(Input::Benchmark(BenchmarkAct::ChooseAddress(url.into())))
}

/// The job and the data set of the one command.
#[track_caller]
fn opening(commands: &[Command]) -> (JobId, BenchmarkData) {
    match commands {
        [Command::OpenBenchmark { job, data }] => (*job, data.clone()),
        other => panic!("nothing was opened: {other:?}"),
    }
}

fn file(name: &str, selection: Selection) -> BenchmarkData {
    BenchmarkData::File { source: DataSource::Picked { name: name.into() }, selection }
}

fn file_opened(job: JobId, n: usize) -> Event {
    let problem = Problem { row: 7, index: "6".into(), message: "no option B".into() };
    Event::BenchmarkOpened {
        job,
        data: DataSet::File { name: "own.tsv".into(), n_questions: 90, n_val: 0 },
        questions: questions(n),
        fingerprint: format!("own of {n}"),
        problems: vec![problem],
        n_problems: 3,
    }
}

#[test]
fn a_file_is_opened_when_it_is_chosen_and_its_reading_is_told() {
    let mut state = ready();
    assert_eq!(choose_kind(&mut state, DataKind::File), [], "no file was picked yet");
    assert_eq!(state.benchmark_status(), "Choose the data set’s file or address first.");
    assert_eq!(start(&mut state, DATE, "x", 0.0), []);
    let (job, data) = opening(&choose_file(&mut state, chosen("own.tsv")));
    assert_eq!(data, file("own.tsv", Selection::default()));
    assert_eq!(state.benchmark.data_status(), "Opening the file.");
    let event = |job| Event::BenchmarkIndexing {
        job,
        bytes_done: 1_200_000_000,
        bytes_total: 9_340_000_000,
        n_rows: 600,
    };
    apply(&mut state, event(JobId(999)), 0.0);
    assert_eq!(state.benchmark.bytes_read(), None, "another job's");
    apply(&mut state, event(job), 0.0);
    assert_eq!(state.benchmark.data_status(), "Reading the file: 1.20 of 9.34 GB, 600 rows.");
    assert_eq!(state.benchmark.bytes_read(), Some((1_200_000_000, 9_340_000_000)));
    assert_eq!(apply(&mut state, file_opened(job, 4), 1.0), []);
    assert_eq!((&state.benchmark.stage, state.benchmark.n_ready()), (&Stage::Ready, Some(4)));
    assert_eq!(state.benchmark.bytes_read(), None);
    assert_eq!(
        state.benchmark.data_status(),
        "90 questions in the file, 4 asked (one per label cell); 3 rows have a problem."
    );
    assert_eq!((state.benchmark.choice.problems.len(), state.benchmark.choice.problems[0].row), (1, 7));
    asked(&start(&mut state, DATE, "x", 2.0));
    let conditions = &state.benchmark.run.as_ref().unwrap().conditions;
    assert_eq!(
        (conditions.selection, conditions.questions.as_str()),
        (Some(Selection::default()), "own of 4")
    );
}

#[test]
fn another_extent_or_seed_opens_the_file_again() {
    let mut state = ready();
    let (job, _) = opening(&choose_file(&mut state, chosen("own.tsv")));
    apply(&mut state, file_opened(job, 4), 1.0);
    let selection = Selection { seed: 5, extent: extent_of("first") };
    assert_eq!(selection.extent, Extent::First(200));
    let (job, data) = opening(&choose_selection(&mut state, selection));
    assert_eq!(data, file("own.tsv", selection));
    assert_eq!(choose_file(&mut state, chosen("other.tsv")), [], "one at a time");
    apply(&mut state, file_opened(job, 9), 2.0);
    assert!(state.benchmark.data_status().contains("9 asked (the first of the shuffled order)"));
    let (_, data) = opening(&choose_address(&mut state, "http://h/own.jsonl"));
    assert!(matches!(data, BenchmarkData::File { source: DataSource::Own { .. }, .. }));
}

#[test]
fn a_run_asks_the_set_that_is_chosen_now() {
    let mut state = ready();
    let (job, _) = opening(&choose_file(&mut state, chosen("own.tsv")));
    apply(&mut state, file_opened(job, 4), 1.0);
    assert_eq!(choose_kind(&mut state, DataKind::Sample), [], "it is opened when it is needed");
    assert_eq!(state.benchmark.n_ready(), None);
    let open = start(&mut state, DATE, "x", 2.0);
    assert_eq!(opening(&open).1, BenchmarkData::Sample);
    asked(&opened(&mut state, &open, 3, 3.0));
    assert_eq!(choose_file(&mut state, chosen("other.tsv")), [], "not while a run is under way");
}

#[test]
fn a_file_that_is_refused_leaves_the_set_and_the_run_as_they_are() {
    let (mut state, only) = running(1);
    answer(&mut state, only, "B", 1.0);
    let (job, _) = opening(&choose_file(&mut state, chosen("own.tsv")));
    apply(&mut state, Event::Failed { job, failure: failure() }, 2.0);
    assert_eq!((&state.benchmark.stage, counts(&state)), (&Stage::Finished, (1, 1)));
    assert_eq!(state.benchmark.data_status(), "found this. do that.");
    choose_kind(&mut state, DataKind::Sample);
    assert_eq!((state.benchmark.data_status().as_str(), state.benchmark.n_ready()), ("", Some(1)));
    asked(&start(&mut state, DATE, "x", 3.0));
}

#[test]
fn a_bad_file_after_a_good_one_leaves_the_good_one_to_start() {
    let mut state = ready();
    let (job, _) = opening(&choose_file(&mut state, chosen("good.tsv")));
    apply(&mut state, file_opened(job, 4), 1.0);
    let (job, _) = opening(&choose_file(&mut state, chosen("bad.tsv")));
    apply(&mut state, Event::Failed { job, failure: failure() }, 2.0);
    assert_eq!((state.benchmark.n_ready(), &state.benchmark.stage), (Some(4), &Stage::Ready));
    assert_eq!(state.benchmark.data_status(), "found this. do that.");
    assert_eq!(asked(&start(&mut state, DATE, "x", 3.0)).1, 0);
    stop(&mut state);

    // Another seed of a file that is gone, too.
    let (job, _) = opening(&choose_selection(&mut state, Selection { seed: 5, ..Selection::default() }));
    apply(&mut state, Event::Failed { job, failure: failure() }, 4.0);
    asked(&start(&mut state, DATE, "x", 5.0));
}

#[test]
fn a_bad_file_without_a_good_one_is_no_choice() {
    let mut state = ready();
    let (job, _) = opening(&choose_file(&mut state, chosen("bad.tsv")));
    apply(&mut state, Event::Failed { job, failure: failure() }, 2.0);
    assert!(!state.benchmark.has_choice(), "Start would only open it again");
    assert_eq!(state.benchmark.data_status(), "found this. do that.");
    let (job, _) = opening(&choose_file(&mut state, chosen("good.tsv")));
    apply(&mut state, file_opened(job, 4), 3.0);
    let (job, _) = opening(&choose_address(&mut state, "http://h/bad.tsv"));
    apply(&mut state, Event::Failed { job, failure: failure() }, 4.0);
    assert_eq!((state.benchmark.has_choice(), state.benchmark.choice.kind), (false, DataKind::Address));
    choose_kind(&mut state, DataKind::File);
    assert!(state.benchmark.has_choice());
}

#[test]
fn the_reading_of_a_file_can_be_stopped() {
    let mut state = ready();
    let (job, _) = opening(&choose_file(&mut state, chosen("own.tsv")));
    assert_eq!(stop(&mut state), Some(Command::Stop { job }));
    apply(&mut state, Event::Failed { job, failure: failure() }, 2.0);
    assert_eq!((&state.benchmark.stage, state.benchmark.data_status()), (&Stage::Idle(None), String::new()));
}

#[test]
fn a_file_that_was_being_opened_when_the_worker_ended_is_not_waited_for() {
    let mut state = ready();
    opening(&choose_file(&mut state, chosen("own.tsv")));
    worker_died(&mut state, "unreachable");
    assert_eq!((&state.benchmark.stage, state.benchmark.bytes_read()), (&Stage::Idle(None), None));
    let status = state.benchmark.data_status();
    assert!(status.contains("stopped working") && status.contains("Restart"), "{status}");

    let mut state = ready();
    start(&mut state, DATE, "x", 0.0);
    worker_died(&mut state, "unreachable");
    assert!(matches!(state.benchmark.stage, Stage::Idle(Some(_))), "{:?}", state.benchmark.stage);
}

#[test]
fn without_answers_the_run_only_predicts_and_that_is_said() {
    let mut state = ready();
    let (job, _) = opening(&choose_file(&mut state, chosen("test.tsv")));
    let mut event = file_opened(job, 2);
    if let Event::BenchmarkOpened { questions, n_problems, .. } = &mut event {
        questions.iter_mut().for_each(|question| question.answer = None);
        *n_problems = 1;
    }
    apply(&mut state, event, 1.0);
    let status = state.benchmark.data_status();
    assert!(status.contains("1 row has a problem") && status.ends_with("nothing is scored."), "{status}");
    let first = asked(&start(&mut state, DATE, "x", 2.0));
    answer(&mut state, first, "B", 3.0);
    assert_eq!(state.benchmark.answers()[0].letter(), Letter::of(1));
    assert_eq!(counts(&state), (0, 0));
}

#[test]
fn preset_and_circular_hold_for_the_next_run() {
    let mut state = ready();
    (state.benchmark.preset, state.benchmark.circular) = (Some(Preset::Comparable), true);
    let open = start(&mut state, DATE, "x", 0.0);
    let (job, _) = opening(&open);
    let commands = apply(&mut state, sample_opened(job, 2), 0.0);
    let settings = commands.iter().find_map(|command| match command {
        Command::AnswerBenchmark { settings, .. } => Some(*settings),
        _ => None,
    });
    let detail = Detail::Tokens { min: 1280, max: 16_384 };
    assert!(settings.is_some_and(|settings| settings.circular && settings.detail == detail), "{settings:?}");
    let conditions = &state.benchmark.run.as_ref().unwrap().conditions;
    assert_eq!(
        (conditions.circular, conditions.visual_tokens),
        (true, VisualTokens { min: 1280, max: 16_384 })
    );
}

#[test]
fn another_rule_reads_the_answers_again_also_in_the_middle_of_a_run() {
    let (mut state, first) = running(3);
    let long = "B is what I see here, in my view, and surely so";
    let second = asked(&answer(&mut state, first, long, 1.0));
    let number = state.benchmark.run_number;
    assert_eq!(counts(&state), (1, 1));
    choose_rule(&mut state, Rule::VlmEval2025Aug);
    assert_eq!((counts(&state), state.benchmark.run_number), ((0, 1), number + 1));
    answer(&mut state, second, "B", 2.0);
    assert_eq!((counts(&state), state.benchmark.kept[0].hits), ((1, 2), 1));
    assert_eq!(state.benchmark.run.as_ref().unwrap().conditions.rule, Rule::VlmEval2025Aug);
    choose_rule(&mut state, Rule::VlmEval2024);
    assert_eq!(counts(&state), (2, 2));
}

#[test]
fn an_image_is_shown_of_the_runs_own_set_alone() {
    let (mut state, only) = running(1);
    answer(&mut state, only, "B", 1.0);
    let (job, _) = opening(&choose_file(&mut state, chosen("own.tsv")));
    let image = |state: &State| state.benchmark.opened.clone().map(|opened| opened.image);
    // The worker would show the file's image of this number, not the run's.
    assert_eq!((open_question(&mut state, 0), image(&state)), (vec![], Some(OpenedImage::Coming(job))));
    assert_eq!(apply(&mut state, file_opened(job, 4), 2.0), []);
    assert!(matches!(image(&state), Some(OpenedImage::Failed(_))));
    let (job, data) = opening(&open_question(&mut state, 0));
    assert_eq!((data, image(&state)), (BenchmarkData::Sample, Some(OpenedImage::Coming(job))));
    let shown = apply(&mut state, sample_opened(job, 1), 3.0);
    assert!(matches!(shown[..], [Command::ShowBenchmarkImage { number: 0, .. }]), "{shown:?}");
    assert_eq!(state.benchmark.stage, Stage::Finished);
}
