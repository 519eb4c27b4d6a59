//! What every [`RunStore`] must do, as tests: the crate that has a store runs [`keep_runs`] over it.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "these are tests, and panic as tests do")]

use bench::{Answered, Conditions, KeptRun, Reply, Rule, Run, RunSummary};

use crate::fixture::{conditions, question, reply};
use crate::{RunError, RunStore, Runs};

/// Runs every test over stores that `store` makes, each of which sees what the one before it wrote: by itself, or by being it.
pub async fn keep_runs<S: RunStore>(mut store: S, another: impl Fn(S) -> S) {
    for id in store.list().await.unwrap().into_iter().map(|(id, _)| id) {
        store.remove(&id).await.unwrap();
    }
    answers_are_kept_one_by_one(&Runs::new(&store)).await;
    what_cannot_be_kept_is_refused(&Runs::new(&store)).await;
    an_answer_is_scored_under_the_rule_of_its_run(&Runs::new(&store)).await;
    let runs = Runs::new(&store);
    begun(&runs, "torn", 2).await;
    drop(runs);
    store = another(store);
    a_torn_line_is_written_over(&store).await;
    damage_is_survived(&store).await;
    assert_eq!(store.list().await.unwrap(), []);
}

impl<S: RunStore> RunStore for &S {
    type Lock = S::Lock;

    const IS_ON_DISK: bool = S::IS_ON_DISK;

    async fn list(&self) -> Result<Vec<(String, u64)>, RunError> {
        S::list(self).await
    }

    async fn read(&self, id: &str) -> Result<Option<Vec<u8>>, RunError> {
        S::read(self, id).await
    }

    async fn lock(&self, id: &str) -> Result<S::Lock, RunError> {
        S::lock(self, id).await
    }

    async fn write(&self, id: &str, at: u64, text: &str) -> Result<(), RunError> {
        S::write(self, id, at, text).await
    }

    async fn remove(&self, id: &str) -> Result<(), RunError> {
        S::remove(self, id).await
    }

    fn warn(&self, what: &str) {
        S::warn(self, what);
    }
}

/// Keeps a run of five questions with its first answers.
pub async fn begun<S: RunStore>(runs: &Runs<S>, id: &str, n_answers: u32) {
    begin(runs, id, "2026-11-29").await.unwrap();
    for number in 0..n_answers {
        append(runs, id, number).await.unwrap();
    }
}

/// Appends the next answer to such a run.
///
/// # Errors
/// As [`Runs::append`].
pub async fn append<S: RunStore>(runs: &Runs<S>, id: &str, number: u32) -> Result<Answered, RunError> {
    runs.append(id, number, &question(number), &reply()).await
}

async fn begin<S: RunStore>(runs: &Runs<S>, id: &str, date: &str) -> Result<(), RunError> {
    let conditions = Conditions { date: date.into(), ..conditions() };
    let run = Run { conditions, n_total: 5, answers: Vec::new() };
    runs.begin(&KeptRun { id: id.into(), name: String::new(), run }).await
}

/// Ids with answers and hits.
async fn list<S: RunStore>(runs: &Runs<S>) -> Vec<(String, u32, u32)> {
    let summaries = runs.list().await.unwrap();
    summaries.into_iter().map(|RunSummary { id, n_asked, hits, .. }| (id, n_asked, hits)).collect()
}

fn kept(id: &str, n_asked: u32, hits: u32) -> (String, u32, u32) {
    (id.to_owned(), n_asked, hits)
}

async fn answers_are_kept_one_by_one<S: RunStore>(runs: &Runs<S>) {
    begin(runs, "kept-1", "2026-11-28").await.unwrap();
    begin(runs, "kept-3", "2026-11-29").await.unwrap();
    begin(runs, "kept-2", "2026-11-29").await.unwrap();
    for number in 0..3 {
        append(runs, "kept-3", number).await.unwrap();
    }
    // The latest first; of one day, the one with the greater id.
    assert_eq!(list(runs).await, [kept("kept-3", 3, 2), kept("kept-2", 0, 0), kept("kept-1", 0, 0)]);
    let read = runs.read("kept-3", None).await.unwrap().run.said();
    assert_eq!(read, (0..3).map(|number| (question(number), reply())).collect::<Vec<_>>());
    let name = "é \"first\"\n";
    runs.rename("kept-1", name).await.unwrap();
    let named = runs.list().await.unwrap();
    assert!(named.iter().any(|run| run.id == "kept-1" && run.name == name && run.n_total == 5));
    // Written while another one is named, and to its end.
    for number in 3..5 {
        append(runs, "kept-3", number).await.unwrap();
    }
    assert_eq!(list(runs).await[0], kept("kept-3", 5, 3));
    assert_eq!(append(runs, "kept-3", 5).await, Err(RunError::Whole { n_total: 5 }));
    for id in ["kept-1", "kept-2", "kept-3"] {
        runs.delete(id).await.unwrap();
    }
    assert_eq!(list(runs).await, []);
    assert_eq!(runs.read("kept-3", None).await, Err(RunError::Unknown("kept-3".into())));
}

async fn what_cannot_be_kept_is_refused<S: RunStore>(runs: &Runs<S>) {
    for id in ["", "a/b", "../x", "ä", &"x".repeat(81)] {
        assert_eq!(begin(runs, id, "2026-11-29").await, Err(RunError::NoId(id.into())));
        assert_eq!(runs.read(id, None).await, Err(RunError::NoId(id.into())));
    }
    let unknown = RunError::Unknown("told-0".into());
    assert_eq!(append(runs, "told-0", 0).await, Err(unknown.clone()));
    begin(runs, "told-0", "2026-11-29").await.unwrap();
    assert_eq!(begin(runs, "told-0", "2026-11-29").await, Err(RunError::Taken("told-0".into())));
    assert_eq!(append(runs, "told-0", 1).await, Err(RunError::Order { number: 1, n_answers: 0 }));
    append(runs, "told-0", 0).await.unwrap();
    assert_eq!(append(runs, "told-0", 0).await, Err(RunError::Order { number: 0, n_answers: 1 }));
    assert_eq!(list(runs).await, [kept("told-0", 1, 1)]);
    // One that does not exist is gone already.
    runs.delete("told-1").await.unwrap();
    runs.delete("told-0").await.unwrap();
    assert_eq!(append(runs, "told-0", 1).await, Err(unknown));
}

/// The rule is the run's own, for the answer that is returned, for the list, and for whoever reads the log.
async fn an_answer_is_scored_under_the_rule_of_its_run<S: RunStore>(runs: &Runs<S>) {
    // The earlier rule finds the letter in this text, the later one does not.
    let reply = Reply { text: "A. not the spleen at all, as far as one can see".into(), ..reply() };
    for (id, rule, hits) in [("early", Rule::VlmEval2024, 1), ("late", Rule::VlmEval2025Aug, 0)] {
        let conditions = Conditions { rule, ..conditions() };
        let run = Run { conditions, n_total: 5, answers: Vec::new() };
        runs.begin(&KeptRun { id: id.into(), name: String::new(), run }).await.unwrap();
        let answered = runs.append(id, 0, &question(0), &reply).await.unwrap();
        assert_eq!(answered.hit, Some(hits == 1), "{id}");
        let listed = runs.list().await.unwrap().into_iter().find(|run| run.id == id);
        assert_eq!(listed.map(|run| run.hits), Some(hits), "{id}");
        assert_eq!(runs.read(id, None).await.unwrap().run.answers, [answered]);
        runs.delete(id).await.unwrap();
    }
}

async fn a_torn_line_is_written_over<S: RunStore>(store: &S) {
    let n_bytes = store.read("torn").await.unwrap().unwrap().len() as u64;
    store.write("torn", n_bytes, "{\"number\":2,\"question\":{\"ind").await.unwrap();
    store.write("stranger", 0, "no run at all").await.unwrap();
    let runs = Runs::new(store);
    assert_eq!(list(&runs).await, [kept("torn", 2, 1)]);
    assert!(matches!(runs.read("stranger", None).await, Err(RunError::NotRead(_))));
    for number in 2..4 {
        append(&runs, "torn", number).await.unwrap();
    }
    assert_eq!(list(&runs).await, [kept("torn", 4, 2)]);
    let log = runs.open("torn", None).await.unwrap();
    assert_eq!((log.kept.run.answers.len(), log.n_damaged), (4, 0));
    let text = String::from_utf8(store.read("torn").await.unwrap().unwrap()).unwrap();
    assert_eq!(text.lines().count(), 5, "nothing of the torn line is left: {text}");
}

/// What stands before the damage is kept, and the run continues from there.
async fn damage_is_survived<S: RunStore>(store: &S) {
    let text = String::from_utf8(store.read("torn").await.unwrap().unwrap()).unwrap();
    let damaged = |(i, line): (usize, &str)| if i == 2 { line[1..].to_owned() } else { line.to_owned() };
    let lines: Vec<_> = text.lines().enumerate().map(damaged).collect();
    store.write("torn", 0, &(lines.join("\n") + "\n")).await.unwrap();
    let runs = Runs::new(store);
    assert_eq!(list(&runs).await, [kept("torn", 1, 1)]);
    append(&runs, "torn", 1).await.unwrap();
    assert_eq!(runs.read("torn", None).await.unwrap().run.answers.len(), 2);
    for id in ["torn", "stranger"] {
        runs.delete(id).await.unwrap();
    }
}

#[cfg(test)]
#[test]
fn memory_keeps_runs() {
    pollster::block_on(keep_runs(crate::MemoryStore::default(), |store| store));
}
