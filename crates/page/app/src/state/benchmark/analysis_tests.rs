use bench::{
    Analysis, Answered, Conditions, DataSet, Form, Grouping, NOT_GMAI_MMBENCH, Question, Reply, Rule, Run,
    RunSummary, VisualTokens,
};
use protocol::{Command, Event, Failure, JobId, RunAct};

use super::{BenchmarkAct, EXPORTS, MenuOption, Pause, Stage};
use crate::state::testing::{Page, apply, restart, worker_died};
use crate::state::{Effect, Input, State, View};

pub(super) fn conditions(data_set: DataSet) -> Conditions {
    Conditions {
        model: "m".into(),
        quantisation: "Q8_0".into(),
        backend: "CPU (candle)".into(),
        visual_tokens: VisualTokens { min: 4, max: 256 },
        rule: Rule::VlmEval2024,
        max_answer_tokens: 20,
        blank_images: false,
        data_set,
        software: "test".into(),
        date: "2026-11-25T03:10:22.000Z".into(),
        selection: None,
        circular: false,
        questions: String::new(),
        shard: None,
    }
}

fn file(n_val: u32) -> DataSet {
    DataSet::File { name: "own.tsv".into(), n_questions: 4550, n_val }
}

fn answered() -> Answered {
    Answered::new(Rule::VlmEval2024, Question::default(), Reply::default())
}

/// A run of which so many of 180 questions are answered.
fn state(n: usize, stage: Stage) -> Page {
    let mut state = Page::default();
    state.view.is_benchmark_made = true;
    let conditions = conditions(DataSet::Sample { version: "test".into() });
    state.benchmark.run = Some(Run { conditions, n_total: 180, answers: vec![answered(); n] });
    state.benchmark.run_id = Some("this".into());
    state.benchmark.stage = stage;
    state
}

fn summary(id: &str, name: &str) -> RunSummary {
    RunSummary {
        id: id.into(),
        name: name.into(),
        conditions: conditions(file(0)),
        n_asked: 1,
        n_total: 1,
        hits: 1,
        n: 1,
    }
}

fn analysis(commands: &[Command]) -> Option<(JobId, RunAct)> {
    commands.iter().find_map(|command| match command {
        Command::Runs { job, act: act @ RunAct::Analyse { .. } } => Some((*job, act.clone())),
        _ => None,
    })
}

/// The analysis that is asked for now, if one is.
fn due(state: &mut Page) -> Option<(JobId, RunAct)> {
    analysis(&state.tell(Input::Follow(View::Benchmark)))
}

#[track_caller]
fn asked(state: &mut Page) -> (JobId, RunAct) {
    due(state).expect("an analysis is asked for")
}

/// The analysis that is asked for then, if one is.
fn told(state: &mut Page, job: JobId, chart: &str) -> Option<(JobId, RunAct)> {
    let told = Analysis { chart: chart.into(), ..Analysis::default() };
    analysis(&apply(state, Event::RunAnalysed { job, analysis: told }, 0.0))
}

fn export(state: &mut Page, place: usize) -> Option<Command> {
    state.tell(Input::Benchmark(BenchmarkAct::Export(place))).into_iter().next()
}

fn choose_rule(state: &mut Page, rule: Rule) {
    state.tell(Input::Benchmark(BenchmarkAct::ChooseRule(rule)));
}

/// The chart on view.
fn shown(state: &State) -> Option<&str> {
    state.benchmark.analysis().map(|analysis| analysis.chart.as_str())
}

#[test]
fn a_run_that_rests_is_looked_at_once() {
    let mut state = state(3, Stage::Paused(Pause::Wanted));
    let (job, act) = asked(&mut state);
    let expected = RunAct::Analyse {
        id: "this".into(),
        rule: Rule::VlmEval2024,
        grouping: Grouping::ClinicalTask,
        against: None,
    };
    assert_eq!(act, expected);
    assert_eq!(due(&mut state), None, "one at a time");
    assert_eq!(shown(&state), None);
    told(&mut state, job, "<svg><text/></svg>");
    assert_eq!(due(&mut state), None);
    assert_eq!(shown(&state), Some("<svg><text/></svg>"));
}

#[test]
fn while_it_runs_it_is_looked_at_after_every_twenty_fifth_answer() {
    for (n, is_due) in [(0, false), (1, false), (24, false), (25, true), (26, true)] {
        assert_eq!(due(&mut state(n, Stage::Running)).is_some(), is_due, "{n} answers");
    }
    let mut state = state(25, Stage::Running);
    let (job, _) = asked(&mut state);
    told(&mut state, job, "25");
    let mut seen = Vec::new();
    for n in 26..=75 {
        state.benchmark.run.as_mut().unwrap().answers.push(answered());
        if let Some((job, _)) = due(&mut state) {
            told(&mut state, job, "more");
            seen.push(n);
        }
    }
    assert_eq!(seen, [50, 75]);
    state.benchmark.stage = Stage::Finished;
    assert_eq!(due(&mut state), None, "its last answer was seen");
    assert_eq!(due(&mut Page::default()), None);
}

#[test]
fn grouping_rule_and_the_other_run_ask_anew_and_an_older_answer_is_dropped() {
    let mut state = state(3, Stage::Finished);
    let (job, _) = asked(&mut state);
    state.benchmark.group_by(Grouping::Granularity);
    let next = told(&mut state, job, "of tasks");
    assert_eq!(shown(&state), None, "an answer of the other grouping");
    let (job, act) = next.expect("the grouping on view is asked for");
    assert!(matches!(act, RunAct::Analyse { grouping: Grouping::Granularity, .. }));
    told(&mut state, job, "of granularities");

    state.benchmark.looks.against = "other".into();
    assert_eq!(due(&mut state), None, "there is no such run");
    state.benchmark.kept = vec![summary("this", ""), summary("other", "The other")];
    assert_eq!(
        state.benchmark.comparison_choices(),
        [MenuOption::new("", "nothing"), MenuOption::new("other", "The other")]
    );
    let (job, act) = asked(&mut state);
    assert!(matches!(act, RunAct::Analyse { against: Some(id), .. } if id == "other"));
    told(&mut state, JobId(job.0 + 9), "of nobody");
    told(&mut state, job, "beside another");

    state.benchmark.run.as_mut().unwrap().conditions.rule = Rule::VlmEval2025Aug;
    let (_, act) = asked(&mut state);
    assert!(matches!(act, RunAct::Analyse { rule: Rule::VlmEval2025Aug, .. }));
    assert_eq!(shown(&state), Some("beside another"), "what was there stays until then");
}

#[test]
fn an_analysis_is_never_shown_with_another_run() {
    let mut state = state(3, Stage::Finished);
    let (job, _) = asked(&mut state);
    told(&mut state, job, "first");
    state.benchmark.run_id = Some("second".into());
    assert_eq!(shown(&state), None);
    state.benchmark.looks.against = "second".into();
    state.benchmark.kept = vec![summary("second", "")];
    assert_eq!(state.benchmark.against(), "", "a run is not compared with itself");
}

#[test]
fn a_look_that_fails_is_told_and_not_repeated() {
    let mut state = state(1, Stage::Finished);
    let (job, _) = asked(&mut state);
    let failure = Failure { message: "The run is damaged.".into(), remedy: "Delete it.".into() };
    apply(&mut state, Event::Failed { job, failure: failure.clone() }, 0.0);
    assert_eq!((shown(&state), state.message.clone()), (None, Some(failure)));
    assert_eq!(due(&mut state), None);
}

#[test]
fn each_export_names_the_run_its_rule_and_its_form() {
    let mut state = state(1, Stage::Finished);
    state.benchmark.grouping = Grouping::Department;
    let forms = [
        Form::Csv,
        Form::Json,
        Form::Markdown,
        Form::Xlsx,
        Form::Acc(Grouping::Department),
        Form::Chart(Grouping::Department),
    ];
    assert_eq!(EXPORTS.len(), forms.len());
    for (place, expected) in forms.into_iter().enumerate() {
        let Some(Command::Runs { act, .. }) = export(&mut state, place) else { panic!("{expected:?}") };
        assert_eq!(act, RunAct::Write { id: "this".into(), rule: Rule::VlmEval2024, form: expected });
    }
    assert_eq!(export(&mut Page::default(), 0), None);
}

#[test]
fn an_export_that_fails_is_told_once() {
    let mut state = state(1, Stage::Finished);
    let Some(Command::Runs { job, .. }) = export(&mut state, 3) else { panic!("nothing was asked") };
    let failure = Failure { message: "No room.".into(), remedy: "Make some.".into() };
    apply(&mut state, Event::Failed { job, failure: failure.clone() }, 0.0);
    assert_eq!(state.message.take(), Some(failure.clone()));
    apply(&mut state, Event::Failed { job, failure }, 0.0);
    assert_eq!(state.message, None);
}

#[test]
fn a_worker_that_dies_takes_its_jobs_with_it() {
    let mut state = state(1, Stage::Finished);
    asked(&mut state);
    worker_died(&mut state, "out of memory");
    state.benchmark.group_by(Grouping::Department);
    assert_eq!(due(&mut state), None, "there is no worker to ask");
    let commands: Vec<Command> = restart(&mut state).into_iter().map(|(command, _)| command).collect();
    assert!(analysis(&commands).is_some(), "{commands:?}");
}

#[test]
fn before_the_view_is_seen_nothing_is_analysed() {
    let mut state = state(1, Stage::Finished);
    state.view.is_benchmark_made = false;
    assert_eq!(analysis(&state.tell(Input::CloseMessage)), None);
    asked(&mut state);
}

#[test]
fn a_file_that_the_worker_wrote_is_saved() {
    let mut state = state(1, Stage::Finished);
    let Some(Command::Runs { job, .. }) = export(&mut state, 0) else { panic!("nothing was asked") };
    let (name, media_type) = ("run.csv".to_owned(), "text/csv".to_owned());
    apply(&mut state, Event::RunWritten { job, name: name.clone(), media_type: media_type.clone() }, 0.0);
    assert!(state.take_others().contains(&Effect::Save { name, media_type }));
}

#[test]
fn the_column_says_what_the_run_is() {
    let mut state = state(180, Stage::Finished);
    assert_eq!(state.benchmark.heading(), "This run, phantom sample");
    assert_eq!(state.benchmark.note(), NOT_GMAI_MMBENCH);
    let run = state.benchmark.run.as_mut().unwrap();
    run.conditions.data_set = file(180);
    run.conditions.blank_images = true;
    let heading = "This run, GMAI-MMBench VAL questions, 180 of 4550, shuffled order, images blanked";
    assert_eq!(state.benchmark.heading(), heading);
    let note = state.benchmark.note();
    assert!(note.contains("bf16") && note.contains("Q8_0 weights, 4 to 256 visual tokens (Fast)"), "{note}");
    assert!(!note.contains("cannot be compared"), "{note}");
    choose_rule(&mut state, Rule::VlmEval2025Aug);
    let note = state.benchmark.note();
    assert!(
        note.contains("under vlmeval-2024, this run’s under vlmeval-2025-08: the figures cannot be"),
        "{note}"
    );
    choose_rule(&mut state, Rule::VlmEval2024);

    let run = state.benchmark.run.as_mut().unwrap();
    run.conditions.data_set = file(179);
    run.conditions.blank_images = false;
    assert_eq!(state.benchmark.heading(), "This run, own.tsv, 180 of 4550, shuffled order");
    assert!(state.benchmark.note().starts_with("179 of these questions are GMAI-MMBench VAL’s"));
    state.benchmark.run.as_mut().unwrap().conditions.data_set =
        DataSet::File { name: "own.tsv".into(), n_questions: 180, n_val: 0 };
    assert_eq!(state.benchmark.heading(), "This run, own.tsv, all 180");
    assert_eq!(Page::default().benchmark.heading(), "This run, phantom sample");
}
