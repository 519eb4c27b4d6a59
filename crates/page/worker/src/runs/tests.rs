//! The same acts on runs in memory and in a real browser's private files.

use bench::{Conditions, DataSet, Form, Grouping, Letter, Question, Reply, Rule, RunSummary, VisualTokens};
use protocol::{Event, Failure, JobId, RunAct};
use wasm_bindgen_test::wasm_bindgen_test;

use super::desk::Desk;
use super::private::Private;
use super::shelf::{Memory, Shelf};

const JOB: JobId = JobId(7);

fn question(number: u32) -> Question {
    Question {
        index: number.to_string(),
        question: format!("Which is it?\n\"{number}\""),
        options: ["liver", "spleen"].map(String::from).to_vec(),
        answer: Letter::of(number as usize % 2),
        clinical_task: "Bone".into(),
        ..Question::default()
    }
}

/// Always the first option.
fn reply() -> Reply {
    Reply { text: "A. liver".into(), seconds: 1.5, preference: vec![0.75, 0.25], ..Reply::default() }
}

fn begin(id: &str, date: &str) -> RunAct {
    let conditions = Conditions {
        model: "Qwen2-VL-2B".into(),
        quantisation: "Q8_0".into(),
        backend: "CPU (candle)".into(),
        visual_tokens: VisualTokens { min: 4, max: 256 },
        rule: Rule::VlmEval2024,
        max_answer_tokens: 32,
        blank_images: false,
        data_set: DataSet::Sample { version: "test".into() },
        software: "test".into(),
        date: date.into(),
        selection: None,
        circular: false,
        questions: "0123456789abcdef".into(),
        shard: None,
    };
    RunAct::Begin { id: id.into(), conditions, n_total: 5, answers: Vec::new() }
}

/// Acts, and what is to be read from the event that ends each.
struct Clerk<S: Shelf>(Desk<S>);

impl<S: Shelf> Clerk<S> {
    async fn ends(&mut self, act: RunAct) -> Result<(Event, Option<Vec<u8>>), Failure> {
        match self.0.carry_out(JOB, act).await {
            (Event::Failed { job, failure }, _) => {
                assert_eq!(job, JOB);
                assert!(!failure.remedy.is_empty());
                Err(failure)
            }
            ended => Ok(ended),
        }
    }

    async fn listed(&mut self, act: RunAct) -> Result<Vec<RunSummary>, Failure> {
        match self.ends(act).await? {
            (Event::RunsListed { job: JOB, runs, on_disk }, None) if on_disk == S::IS_ON_DISK => Ok(runs),
            other => panic!("{other:?}"),
        }
    }

    /// Ids with answers and hits, of the runs whose ids begin so: tests share the browser's files.
    async fn list(&mut self, prefix: &str) -> Vec<(String, u32, u32)> {
        let runs = self.listed(RunAct::List).await.unwrap();
        let ours = runs.into_iter().filter(|run| run.id.starts_with(prefix));
        ours.map(|run| (run.id, run.n_asked, run.hits)).collect()
    }

    async fn begin(&mut self, id: &str, date: &str) {
        self.listed(begin(id, date)).await.unwrap();
    }

    async fn keep(&mut self, id: &str, number: u32) -> Result<(), Failure> {
        let act = RunAct::Keep { id: id.into(), number, question: question(number), reply: reply() };
        match self.ends(act).await? {
            (Event::RunKept { job: JOB }, None) => Ok(()),
            other => panic!("{other:?}"),
        }
    }

    async fn read(&mut self, id: &str) -> Result<Vec<(Question, Reply)>, Failure> {
        match self.ends(RunAct::Read { id: id.into() }).await? {
            (Event::RunRead { job: JOB, id: of, answers }, None) if of == id => Ok(answers),
            other => panic!("{other:?}"),
        }
    }
}

fn says<T: std::fmt::Debug>(failed: Result<T, Failure>, message: &str) {
    let failure = failed.unwrap_err();
    assert!(failure.message.contains(message), "{failure:?}");
}

fn found(id: &str, n_asked: u32, hits: u32) -> (String, u32, u32) {
    (id.to_owned(), n_asked, hits)
}

async fn runs_are_kept_answer_by_answer<S: Shelf>(shelf: S) {
    let mut clerk = Clerk(Desk::new(shelf));
    clerk.begin("kept-1", "2026-11-28").await;
    clerk.begin("kept-3", "2026-11-29").await;
    clerk.begin("kept-2", "2026-11-29").await;
    for number in 0..3 {
        clerk.keep("kept-3", number).await.unwrap();
    }
    // The latest first; of one day, the one with the greater id.
    let expected = [found("kept-3", 3, 2), found("kept-2", 0, 0), found("kept-1", 0, 0)];
    assert_eq!(clerk.list("kept-").await, expected);
    let read = clerk.read("kept-3").await.unwrap();
    assert_eq!(read, (0..3).map(|number| (question(number), reply())).collect::<Vec<_>>());
    let named =
        clerk.listed(RunAct::Name { id: "kept-1".into(), name: "é \"first\"\n".into() }).await.unwrap();
    let name = named.iter().find(|run| run.id == "kept-1").unwrap().name.clone();
    let again = clerk.listed(RunAct::List).await.unwrap();
    assert!(again.iter().any(|run| run.id == "kept-1" && run.name == name && run.n_total == 5));
    assert!(name.contains("é \"first\""), "{name:?}");
    // Written to while another one is named, and to its end.
    for number in 3..5 {
        clerk.keep("kept-3", number).await.unwrap();
    }
    assert_eq!(clerk.list("kept-3").await, [found("kept-3", 5, 3)]);
    says(clerk.keep("kept-3", 5).await, "an answer to each of its 5 questions");
    for id in ["kept-1", "kept-2", "kept-3"] {
        clerk.listed(RunAct::Delete { id: id.into() }).await.unwrap();
    }
    assert_eq!(clerk.list("kept-").await, []);
    says(clerk.read("kept-3").await, "There is no run kept-3 any more.");
}

async fn what_cannot_be_kept_is_told<S: Shelf>(shelf: S) {
    let mut clerk = Clerk(Desk::new(shelf));
    for id in ["", "a/b", "../x", "ä", &"x".repeat(81)] {
        says(clerk.listed(begin(id, "2026-11-29")).await, "cannot name a run");
        says(clerk.read(id).await, "cannot name a run");
    }
    says(clerk.keep("told-0", 0).await, "There is no run told-0 any more.");
    clerk.begin("told-0", "2026-11-29").await;
    says(clerk.listed(begin("told-0", "2026-11-29")).await, "already");
    says(clerk.keep("told-0", 1).await, "Answer 2 was to be kept, but the run has 0; expected answer 1.");
    clerk.keep("told-0", 0).await.unwrap();
    says(clerk.keep("told-0", 0).await, "expected answer 2");
    assert_eq!(clerk.list("told-").await, [found("told-0", 1, 1)]);
    // One that is not there is gone already.
    clerk.listed(RunAct::Delete { id: "told-1".into() }).await.unwrap();
    clerk.listed(RunAct::Delete { id: "told-0".into() }).await.unwrap();
    says(clerk.keep("told-0", 1).await, "no run told-0");
}

async fn a_run_outlives_the_worker_and_a_torn_line<S: Shelf>(shelf: S, another: impl FnOnce(S) -> S) {
    let mut clerk = Clerk(Desk::new(shelf));
    clerk.begin("torn-0", "2026-11-29").await;
    for number in 0..2 {
        clerk.keep("torn-0", number).await.unwrap();
    }
    let shelf = another(clerk.0.into_shelf());
    let n_bytes = shelf.read("torn-0").await.unwrap().unwrap().len() as u64;
    shelf.write("torn-0", n_bytes, "{\"number\":2,\"question\":{\"ind").await.unwrap();
    shelf.write("torn-1", 0, "no run at all").await.unwrap();
    let mut clerk = Clerk(Desk::new(shelf));
    assert_eq!(clerk.list("torn-").await, [found("torn-0", 2, 1)]);
    says(clerk.read("torn-1").await, "The run could not be read: ");
    for number in 2..4 {
        clerk.keep("torn-0", number).await.unwrap();
    }
    assert_eq!(clerk.list("torn-").await, [found("torn-0", 4, 2)]);
    assert_eq!(clerk.read("torn-0").await.unwrap().len(), 4);
    // Nothing of the torn line is left.
    let shelf = clerk.0.into_shelf();
    let text = String::from_utf8(shelf.read("torn-0").await.unwrap().unwrap()).unwrap();
    assert_eq!(text.lines().count(), 5, "{text}");

    // Damage in the middle: what stands before it is kept, and the run goes on from there.
    let cut: Vec<_> =
        text.lines().enumerate().map(|(i, line)| if i == 2 { &line[1..] } else { line }).collect();
    shelf.write("torn-0", 0, &(cut.join("\n") + "\n")).await.unwrap();
    let mut clerk = Clerk(Desk::new(shelf));
    assert_eq!(clerk.list("torn-").await, [found("torn-0", 1, 1)]);
    clerk.keep("torn-0", 1).await.unwrap();
    assert_eq!(clerk.read("torn-0").await.unwrap().len(), 2);
    for id in ["torn-0", "torn-1"] {
        clerk.listed(RunAct::Delete { id: id.into() }).await.unwrap();
    }
}

async fn a_run_is_written_down_and_looked_at<S: Shelf>(shelf: S) {
    let mut clerk = Clerk(Desk::new(shelf));
    for id in ["look-0", "look-1"] {
        clerk.begin(id, "2026-11-29").await;
        for number in 0..3 {
            clerk.keep(id, number).await.unwrap();
        }
    }
    let rule = Rule::VlmEval2024;
    for form in [Form::Csv, Form::Json, Form::Markdown, Form::Xlsx, Form::Acc(Grouping::ClinicalTask)] {
        let act = RunAct::Write { id: "look-0".into(), rule, form };
        let Ok((Event::RunWritten { name, media_type, .. }, Some(bytes))) = clerk.ends(act).await else {
            panic!("{form:?}")
        };
        assert!(name.contains('.') && media_type == form.media_type() && !bytes.is_empty(), "{form:?}");
        if form == Form::Xlsx {
            assert!(bytes.starts_with(b"PK"), "no workbook");
        } else {
            assert!(String::from_utf8(bytes).unwrap().contains(protocol::PERMANENT_LINE), "{form:?}");
        }
    }
    for against in [None, Some("look-1".to_owned())] {
        let n_sheets = against.iter().count();
        let grouping = Grouping::ClinicalTask;
        let act = RunAct::Analyse { id: "look-0".into(), rule, grouping, against };
        let Ok((Event::RunAnalysed { analysis, .. }, None)) = clerk.ends(act).await else { panic!() };
        assert!(analysis.chart.contains("<svg"), "{analysis:?}");
        assert!(analysis.sheets.len() >= n_sheets, "{analysis:?}");
    }
    let act = RunAct::Analyse {
        id: "look-0".into(),
        rule,
        grouping: Grouping::Department,
        against: Some("look-2".into()),
    };
    says(clerk.ends(act).await, "no run look-2");
    for id in ["look-0", "look-1"] {
        clerk.listed(RunAct::Delete { id: id.into() }).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn in_memory() {
    runs_are_kept_answer_by_answer(Memory::default()).await;
    what_cannot_be_kept_is_told(Memory::default()).await;
    a_run_outlives_the_worker_and_a_torn_line(Memory::default(), |shelf| shelf).await;
    a_run_is_written_down_and_looked_at(Memory::default()).await;
}

#[wasm_bindgen_test]
async fn in_private_files() {
    assert!(Private::is_granted().await);
    runs_are_kept_answer_by_answer(Private).await;
    what_cannot_be_kept_is_told(Private).await;
    a_run_outlives_the_worker_and_a_torn_line(Private, |_| Private).await;
    a_run_is_written_down_and_looked_at(Private).await;
}

/// Two desks are what two tabs have: locks and files of one origin.
#[wasm_bindgen_test]
async fn of_two_tabs_one_writes_and_both_read() {
    let (mut first, mut second) = (Clerk(Desk::new(Private)), Clerk(Desk::new(Private)));
    first.begin("tabs-0", "2026-11-29").await;
    first.keep("tabs-0", 0).await.unwrap();
    assert_eq!(second.list("tabs-").await, [found("tabs-0", 1, 1)]);
    says(second.keep("tabs-0", 1).await, "This run is being written by another tab.");
    says(second.listed(RunAct::Delete { id: "tabs-0".into() }).await, "another tab");
    first.keep("tabs-0", 1).await.unwrap();
    assert_eq!(second.list("tabs-").await, [found("tabs-0", 2, 1)]);
    assert_eq!(second.read("tabs-0").await.unwrap().len(), 2);
    // The first one's tab is closed.
    drop(first);
    second.keep("tabs-0", 2).await.unwrap();
    assert_eq!(second.list("tabs-").await, [found("tabs-0", 3, 2)]);
    second.listed(RunAct::Delete { id: "tabs-0".into() }).await.unwrap();
}
