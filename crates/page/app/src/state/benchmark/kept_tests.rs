use bench::{DataSet, KeptRun, RunSummary, Selection};
use protocol::{BenchmarkData, Command, DataSource, Event, JobId, RunAct};

use super::data_tests::choose_file;
use super::kept::{figures, title};
use super::tests::{
    DATE, answer, asked, counts, failure, load, model, opened, pause, questions, ready, resume, running,
    sample_opened, start, stop,
};
use super::{BenchmarkAct, Pause, Stage, Stop};
use crate::state::Input;
use crate::state::testing::{Page, apply, chosen, restart_with, worker_died};

fn open(state: &mut Page, id: &str) -> Vec<Command> {
    state.tell(Input::Benchmark(BenchmarkAct::OpenRun(id.into())))
}

fn delete(state: &mut Page, id: &str) -> Vec<Command> {
    state.tell(Input::Benchmark(BenchmarkAct::DeleteRun(id.into())))
}

/// What was asked of the kept runs.
fn acts(commands: &[Command]) -> Vec<RunAct> {
    let act = |command: &Command| match command {
        Command::Runs { act, .. } => Some(act.clone()),
        _ => None,
    };
    commands.iter().filter_map(act).collect()
}

/// A run as another tab left it behind, with so many answers of three.
fn left(n_answers: usize) -> KeptRun {
    let (mut state, mut question) = running(3);
    for n in 0..n_answers {
        let next = answer(&mut state, question, "B", n as f64);
        if n < 2 {
            question = asked(&next);
        }
    }
    let (id, run) = (state.benchmark.run_id.clone(), state.benchmark.run.clone());
    KeptRun { id: id.unwrap(), name: String::new(), run: run.unwrap() }
}

fn of_file(mut kept: KeptRun) -> KeptRun {
    let conditions = &mut kept.run.conditions;
    conditions.data_set = DataSet::File { name: "own.tsv".into(), n_questions: 90, n_val: 0 };
    conditions.selection = Some(Selection { seed: 5, ..Selection::default() });
    conditions.questions = "own of 3".into();
    kept
}

fn file_opened(job: JobId, fingerprint: &str) -> Event {
    Event::BenchmarkOpened {
        job,
        data: DataSet::File { name: "own.tsv".into(), n_questions: 90, n_val: 0 },
        questions: questions(3),
        fingerprint: fingerprint.into(),
        problems: Vec::new(),
        n_problems: 0,
    }
}

/// What the worker tells of a run that was asked for.
fn read(job: JobId, kept: &KeptRun) -> Event {
    Event::RunRead { job, id: kept.id.clone(), answers: kept.run.clone().said() }
}

fn listed(runs: &[&KeptRun]) -> Event {
    let runs = runs.iter().map(|&kept| RunSummary::from(kept)).collect();
    Event::RunsListed { job: JobId(998), runs, on_disk: true }
}

/// A page that was loaded again, with a model, where this run was left.
fn reloaded(kept: &KeptRun) -> Page {
    let mut state = ready();
    let commands = apply(&mut state, listed(&[kept]), 0.0);
    let [Command::Runs { job, act: RunAct::Read { id, .. } }] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(*id, kept.id);
    apply(&mut state, read(*job, kept), 0.0);
    state
}

#[test]
fn a_run_is_kept_from_its_start_answer_by_answer() {
    let mut state = ready();
    let open = start(&mut state, DATE, "x7k2", 0.0);
    let [Command::OpenBenchmark { job, .. }] = open[..] else { panic!("{open:?}") };
    let commands = apply(&mut state, sample_opened(job, 3), 0.0);
    let begun = acts(&commands);
    assert!(
        matches!(&begun[..], [RunAct::Begin { id, answers, .. }] if id == "2026-11-25-03-10-22-x7k2" && answers.is_empty()),
        "{begun:?}"
    );
    let (job, number) = asked(&commands);
    let reply = bench::Reply { text: "B".into(), ..Default::default() };
    let commands = apply(&mut state, Event::BenchmarkAnswered { job, number, reply: reply.clone() }, 1.0);
    let question = questions(3).remove(0);
    let keep = RunAct::Keep { id: "2026-11-25-03-10-22-x7k2".into(), number: 0, question, reply };
    assert_eq!(acts(&commands), [keep]);
    let [kept] = &state.benchmark.kept[..] else { panic!("{:?}", state.benchmark.kept) };
    assert_eq!((kept.n_asked, kept.n_total, kept.hits, kept.n), (1, 3, 1, 1));
    assert_eq!(title(kept), "m Q8_0 · bundled sample (test) · 2026-11-25 03:10");
    assert_eq!(figures(kept), "1/1 right · 1 of 3 asked · vlmeval-2024");
}

#[test]
fn an_answer_that_cannot_be_kept_is_told_once_and_the_run_goes_on() {
    let (mut state, (job, number)) = running(3);
    let reply = bench::Reply::default();
    let commands = apply(&mut state, Event::BenchmarkAnswered { job, number, reply: reply.clone() }, 1.0);
    let Some(Command::Runs { job, .. }) = commands.first() else { panic!("{commands:?}") };
    apply(&mut state, Event::Failed { job: *job, failure: failure() }, 1.0);
    assert_eq!((&state.benchmark.stage, &state.message), (&Stage::Running, &None));
    assert!(state.benchmark_status().ends_with("Answers are no longer kept. found this. do that."));
    let (job, number) = asked(&commands);
    let commands = apply(&mut state, Event::BenchmarkAnswered { job, number, reply }, 2.0);
    assert_eq!((acts(&commands), asked(&commands).1), (vec![], 2), "behind a gap nothing is kept");
}

#[test]
fn an_answer_that_was_kept_is_no_longer_waited_for() {
    let (mut state, (job, number)) = running(3);
    let event = Event::BenchmarkAnswered { job, number, reply: bench::Reply::default() };
    let commands = apply(&mut state, event, 1.0);
    let Some(Command::Runs { job, .. }) = commands.first() else { panic!("{commands:?}") };
    apply(&mut state, Event::RunKept { job: *job }, 1.0);
    apply(&mut state, Event::Failed { job: *job, failure: failure() }, 1.0);
    assert!(!state.benchmark_status().contains("no longer kept"));
}

#[test]
fn after_a_reload_the_latest_unfinished_run_is_offered_and_goes_on_where_it_was() {
    let kept = left(1);
    let mut state = reloaded(&kept);
    assert_eq!((&state.benchmark.stage, counts(&state)), (&Stage::Paused(Pause::Kept), (1, 1)));
    assert_eq!(state.benchmark_status(), "Left at 1 of 3 questions. Resume goes on with question 2.");
    let open = resume(&mut state, 1.0);
    assert!(matches!(open[..], [Command::OpenBenchmark { data: BenchmarkData::Sample, .. }]), "{open:?}");
    let second = asked(&opened(&mut state, &open, 3, 2.0));
    assert_eq!(second.1, 1);
    let event = Event::BenchmarkAnswered { job: second.0, number: 1, reply: bench::Reply::default() };
    let commands = apply(&mut state, event, 3.0);
    assert!(matches!(&acts(&commands)[..], [RunAct::Keep { id, number: 1, .. }] if *id == kept.id));
    assert_eq!((counts(&state), asked(&commands).1), ((1, 2), 2));
}

#[test]
fn only_the_first_list_brings_a_run_back_and_only_an_unfinished_one() {
    let (whole, part) = (left(3), left(1));
    let mut state = ready();
    let commands = apply(&mut state, listed(&[&whole]), 0.0);
    assert_eq!((commands, state.benchmark.kept.len()), (vec![], 1));
    assert_eq!(apply(&mut state, listed(&[&whole, &part]), 0.0), []);
    // Not in place of a run that was started before the list came.
    let (mut state, _) = running(3);
    assert_eq!(apply(&mut state, listed(&[&part]), 0.0), []);
}

#[test]
fn questions_that_are_others_now_are_refused() {
    let mut state = reloaded(&left(1));
    let open = resume(&mut state, 1.0);
    assert_eq!(opened(&mut state, &open, 4, 2.0), [], "another sample");
    assert_eq!(state.benchmark.stage, Stage::Paused(Pause::Kept));
    assert!(state.benchmark_status().contains("These are other questions"), "{}", state.benchmark_status());
    assert_eq!(resume(&mut state, 3.0), []);
}

#[test]
fn another_model_or_machine_does_not_go_on_with_it_and_the_right_one_does() {
    let mut kept = left(1);
    kept.run.conditions.backend = "WebGPU".into();
    let mut state = reloaded(&kept);
    let said = state.benchmark_status();
    assert!(said.contains("This run was made with m Q8_0 on WebGPU; open that model there"), "{said}");
    assert_eq!(resume(&mut state, 1.0), []);
    for (name, backend, goes) in [("n", "WebGPU", false), ("m", "WebGPU", true)] {
        let job = load(&mut state, name);
        let model = protocol::ModelInfo { backend: backend.into(), ..model(name) };
        apply(&mut state, Event::ModelReady { job, model }, 2.0);
        assert_eq!(state.benchmark.stage, Stage::Paused(Pause::Kept), "the offer stands");
        assert_eq!(!resume(&mut state, 3.0).is_empty(), goes, "{name}");
    }
}

#[test]
fn a_files_run_goes_on_when_the_same_file_is_chosen_again() {
    let kept = of_file(left(1));
    let mut state = reloaded(&kept);
    assert!(
        state.benchmark_status().ends_with("Choose own.tsv again to go on."),
        "{}",
        state.benchmark_status()
    );
    assert_eq!(resume(&mut state, 1.0), []);
    // The same file under its own selection, which the choice took over.
    let open = choose_file(&mut state, chosen("own.tsv"));
    let selection = kept.run.conditions.selection.unwrap();
    let source = DataSource::Picked { name: "own.tsv".into() };
    let [Command::OpenBenchmark { job, data }] = &open[..] else { panic!("{open:?}") };
    assert_eq!(*data, BenchmarkData::File { source, selection });
    apply(&mut state, file_opened(*job, "own of 3, changed"), 2.0);
    assert!(state.benchmark_status().contains("These are other questions"), "{}", state.benchmark_status());
    let open = choose_file(&mut state, chosen("else.tsv"));
    let [Command::OpenBenchmark { job, .. }] = open[..] else { panic!("{open:?}") };
    apply(&mut state, file_opened(job, "else"), 2.0);
    let said = state.benchmark_status();
    assert!(
        said.ends_with("These are other questions than this run’s. Choose own.tsv again to go on."),
        "{said}"
    );
    let open = choose_file(&mut state, chosen("own.tsv"));
    let [Command::OpenBenchmark { job, .. }] = open[..] else { panic!("{open:?}") };
    assert_eq!(apply(&mut state, file_opened(job, "own of 3"), 3.0), []);
    assert_eq!(state.benchmark_status(), "Left at 1 of 3 questions. Resume goes on with question 2.");
    assert_eq!(asked(&resume(&mut state, 4.0)).1, 1);
}

#[test]
fn a_file_that_the_page_still_holds_is_opened_by_itself() {
    let mut state = ready();
    let open = choose_file(&mut state, chosen("own.tsv"));
    let [Command::OpenBenchmark { job, .. }] = open[..] else { panic!("{open:?}") };
    apply(&mut state, file_opened(job, "own of 3"), 0.0);
    let first = asked(&start(&mut state, DATE, "x", 0.0));
    answer(&mut state, first, "B", 1.0);
    worker_died(&mut state, "unreachable");
    restart_with(&mut state, "m");
    let open = resume(&mut state, 3.0);
    let [Command::OpenBenchmark { job, data: BenchmarkData::File { .. } }] = open[..] else {
        panic!("{open:?}")
    };
    assert_eq!(asked(&apply(&mut state, file_opened(job, "own of 3"), 4.0)).1, 1);
}

#[test]
fn a_run_that_the_worker_no_longer_has_is_kept_anew_when_it_goes_on() {
    let (mut state, first) = running(3);
    answer(&mut state, first, "B", 1.0);
    let second = state.benchmark.in_flight;
    pause(&mut state);
    apply(&mut state, Event::RunsListed { job: JobId(998), runs: vec![], on_disk: false }, 2.0);
    assert!(state.benchmark.is_lost_with_tab);
    let commands = resume(&mut state, 3.0);
    assert!(
        matches!(&acts(&commands)[..], [RunAct::Begin { answers, .. }] if answers.len() == 1),
        "{commands:?}"
    );
    assert_eq!((second, commands.len()), (state.benchmark.in_flight, 1), "the question is with the worker");
}

#[test]
fn another_run_is_opened_only_while_none_goes_on() {
    let kept = left(3);
    let (mut state, first) = running(3);
    state.benchmark.kept.push(RunSummary::from(&kept));
    assert_eq!(open(&mut state, &kept.id), []);
    pause(&mut state);
    let commands = open(&mut state, &kept.id);
    let [Command::Stop { job }, Command::Runs { job: asked, .. }] = commands[..] else {
        panic!("{commands:?}")
    };
    assert_eq!(job, first.0, "the question at hand is called back");
    apply(&mut state, read(JobId(999), &left(1)), 1.0);
    assert_eq!(state.benchmark.answers().len(), 0, "not the one that was asked for");
    apply(&mut state, read(asked, &kept), 1.0);
    assert_eq!((&state.benchmark.stage, counts(&state)), (&Stage::Finished, (3, 3)));
    assert_eq!(state.benchmark.run_id, Some(kept.id));
    assert_eq!(state.benchmark_status(), "Finished: 3 of 3 right, in 1.50 s.");
}

#[test]
fn a_stopped_run_can_be_opened_and_resumed() {
    let (mut state, first) = running(3);
    answer(&mut state, first, "B", 1.0);
    stop(&mut state);
    assert_eq!(state.benchmark.stage, Stage::Stopped(Stop::Wanted));
    let kept = KeptRun {
        id: state.benchmark.run_id.clone().unwrap(),
        name: String::new(),
        run: state.benchmark.run.clone().unwrap(),
    };
    let commands = open(&mut state, &kept.id);
    let [Command::Runs { job, .. }] = commands[..] else { panic!("{commands:?}") };
    apply(&mut state, read(job, &kept), 2.0);
    assert_eq!(asked(&resume(&mut state, 3.0)).1, 1);
}

#[test]
fn runs_are_named_and_deleted() {
    let (mut state, only) = running(1);
    let id = state.benchmark.run_id.clone().unwrap();
    assert_eq!(delete(&mut state, &id), [], "it is under way");
    answer(&mut state, only, "B", 1.0);
    let rename = BenchmarkAct::NameRun { id: id.clone(), name: "  first try ".into() };
    let named = acts(&state.tell(Input::Benchmark(rename)));
    assert!(matches!(&named[..], [RunAct::Name { name, .. }] if name == "first try"), "{named:?}");
    assert_eq!(title(&state.benchmark.kept[0]), "first try");
    assert!(matches!(acts(&delete(&mut state, &id))[..], [RunAct::Delete { .. }]));
    assert_eq!((&state.benchmark.stage, &state.benchmark.run), (&Stage::Ready, &None));
    apply(&mut state, Event::RunsListed { job: JobId(998), runs: vec![], on_disk: true }, 2.0);
    assert!(state.benchmark.kept.is_empty() && !state.benchmark.is_lost_with_tab);
}

#[test]
fn what_fails_on_the_shelf_is_shown() {
    let mut state = ready();
    let commands = state.tell(Input::Opened { base: String::new(), query: String::new() });
    let Some(Command::Runs { job, act: RunAct::List }) = commands.last() else { panic!("{commands:?}") };
    apply(&mut state, Event::Failed { job: *job, failure: failure() }, 1.0);
    assert_eq!(state.message, Some(failure()));
}
