use std::collections::{BTreeMap, HashMap};

use async_lock::{Mutex, MutexGuard};
use bench::{Answered, KeptRun, Rule, RunSummary};

use crate::error::MAX_ID_CHARS;
use crate::log::{self, Log};
use crate::{RunError, RunStore};

/// The runs of a store. One call is carried out after another, so a list can be asked for while a run is being made.
#[derive(Debug)]
pub struct Runs<S: RunStore> {
    store: S,
    state: Mutex<State<S::Lock>>,
}

#[derive(Debug)]
struct State<L> {
    /// What was read of each log, so that a list need not read them all again.
    known: BTreeMap<String, Known>,
    /// Runs that are written here; others are kept from writing them.
    open: HashMap<String, Open<L>>,
}

#[derive(Debug)]
struct Known {
    /// Length of the log when it was read or written here. Logs only grow, so another length means other contents.
    n_bytes: u64,
    /// `None` if the file is not the log of a run.
    summary: Option<RunSummary>,
}

#[derive(Debug)]
struct Open<L> {
    /// Where the next line goes: after the last whole one.
    end: u64,
    lock: L,
}

impl<S: RunStore> Runs<S> {
    /// The runs of this store.
    pub fn new(store: S) -> Self {
        Self { store, state: Mutex::new(State { known: BTreeMap::new(), open: HashMap::new() }) }
    }

    /// Whether the runs outlive this program.
    pub const fn is_on_disk(&self) -> bool {
        S::IS_ON_DISK
    }

    /// Gives the store back; runs that were open here are free.
    pub fn into_store(self) -> S {
        self.store
    }

    /// All runs, the latest first. Only logs that are new, or that somebody else changed, are read.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn list(&self) -> Result<Vec<RunSummary>, RunError> {
        let known = &mut self.state.lock().await.known;
        let mut logs = self.store.list().await?;
        logs.retain(|(id, _)| is_id(id));
        known.retain(|known, _| logs.iter().any(|(id, _)| id == known));
        for (id, n_bytes) in logs {
            if known.get(&id).is_some_and(|known| known.n_bytes == n_bytes) {
                continue;
            }
            // A run that somebody else has deleted since is left out.
            let Some(bytes) = self.store.read(&id).await? else { continue };
            let summary = match parsed(&id, &bytes, None) {
                Ok(log) => Some(RunSummary::from(&log.kept)),
                Err(error) => {
                    self.store.warn(&format!("{id} is left out of the list of runs: {error}"));
                    None
                }
            };
            known.insert(id, Known { n_bytes: bytes.len() as u64, summary });
        }
        let mut runs: Vec<_> = known.values().filter_map(|known| known.summary.clone()).collect();
        runs.sort_by(|a, b| b.conditions.date.cmp(&a.conditions.date).then_with(|| b.id.cmp(&a.id)));
        Ok(runs)
    }

    /// Keeps a new run, with the answers that it already has.
    ///
    /// # Errors
    /// If there is a run of this id, or the store cannot be written; then nothing of the run is kept.
    pub async fn begin(&self, run: &KeptRun) -> Result<(), RunError> {
        let State { known, open } = &mut *self.state.lock().await;
        let id = checked(&run.id)?.to_owned();
        if self.store.list().await?.iter().any(|(other, _)| *other == id) {
            return Err(RunError::Taken(id));
        }
        let lock = self.store.lock(&id).await?;
        let text = whole_lines(log::begin(run));
        if let Err(error) = self.store.write(&id, 0, &text).await {
            // Half of a header is not a run. The write error is the one to report.
            drop(self.store.remove(&id).await);
            return Err(error);
        }
        let end = text.len() as u64;
        known.insert(id.clone(), Known { n_bytes: end, summary: Some(RunSummary::from(run)) });
        open.insert(id, Open { end, lock });
        Ok(())
    }

    /// Takes the right to write a run, and reads it, under its own rule or another. [`Log::n_damaged`] lines of it were left out.
    ///
    /// # Errors
    /// [`RunError::Held`] if somebody else writes it; if there is no such run or it cannot be read.
    pub async fn open(&self, id: &str, rule: Option<Rule>) -> Result<Log, RunError> {
        self.opened(&mut *self.state.lock().await, id, rule).await
    }

    /// Gives the right to write a run back.
    pub async fn close(&self, id: &str) {
        self.state.lock().await.open.remove(id);
    }

    /// Appends the answer to the run's question of this place, counted from 0. Answers follow one another without a gap.
    ///
    /// # Errors
    /// If this answer is not the next one, or it cannot be written; the next write then replaces whatever was left of it.
    pub async fn append(&self, id: &str, number: u32, answered: &Answered) -> Result<(), RunError> {
        let mut state = self.writable(id).await?;
        let State { known, open } = &mut *state;
        let summary = summary(known, id)?;
        let RunSummary { n_asked: n_answers, n_total, .. } = *summary;
        if n_answers >= n_total {
            return Err(RunError::Whole { n_total });
        }
        if number != n_answers {
            return Err(RunError::Order { number, n_answers });
        }
        let line = log::answer(number, &answered.question, &answered.reply);
        self.write(open, known, id, line).await?;
        summary_of(known, id, |summary| summary.add(answered));
        if number + 1 >= n_total {
            open.remove(id);
        }
        Ok(())
    }

    /// Gives a run another name; an empty one is none.
    ///
    /// # Errors
    /// If there is no such run, somebody else writes it, or it cannot be written.
    pub async fn rename(&self, id: &str, name: &str) -> Result<(), RunError> {
        let was_open = self.state.lock().await.open.contains_key(id);
        let mut state = self.writable(id).await?;
        let State { known, open } = &mut *state;
        let written = self.write(open, known, id, log::renamed(name)).await;
        if !was_open {
            open.remove(id);
        }
        written?;
        summary_of(known, id, |summary| name.clone_into(&mut summary.name));
        Ok(())
    }

    /// Deletes a run; one that does not exist is not an error.
    ///
    /// # Errors
    /// If somebody else writes it, or the store cannot be written.
    pub async fn delete(&self, id: &str) -> Result<(), RunError> {
        let State { known, open } = &mut *self.state.lock().await;
        let _lock = match open.remove(checked(id)?) {
            Some(open) => open.lock,
            None => self.store.lock(id).await?,
        };
        self.store.remove(id).await?;
        known.remove(id);
        Ok(())
    }

    /// A run, its answers read under its own rule or another.
    ///
    /// # Errors
    /// If there is no such run, or its log cannot be read.
    pub async fn read(&self, id: &str, rule: Option<Rule>) -> Result<KeptRun, RunError> {
        let _state = self.state.lock().await;
        let bytes = self.store.read(checked(id)?).await?;
        let bytes = bytes.ok_or_else(|| RunError::Unknown(id.to_owned()))?;
        Ok(parsed(id, &bytes, rule)?.kept)
    }

    /// The state, with the right to write this run.
    async fn writable(&self, id: &str) -> Result<MutexGuard<'_, State<S::Lock>>, RunError> {
        let mut state = self.state.lock().await;
        if !state.open.contains_key(checked(id)?) {
            self.opened(&mut state, id, None).await?;
        }
        Ok(state)
    }

    async fn opened(
        &self,
        state: &mut State<S::Lock>,
        id: &str,
        rule: Option<Rule>,
    ) -> Result<Log, RunError> {
        let lock = match state.open.remove(checked(id)?) {
            Some(open) => open.lock,
            None => self.store.lock(id).await?,
        };
        let bytes = self.store.read(id).await?.ok_or_else(|| RunError::Unknown(id.to_owned()))?;
        let log = parsed(id, &bytes, rule)?;
        let summary = RunSummary::from(&log.kept);
        // A torn line is written over. A damaged one before it stays, and every reader leaves it out.
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) as u64;
        state.known.insert(id.to_owned(), Known { n_bytes: end, summary: Some(summary) });
        state.open.insert(id.to_owned(), Open { end, lock });
        Ok(log)
    }

    /// Appends a line to a run that is open.
    async fn write(
        &self,
        open: &mut HashMap<String, Open<S::Lock>>,
        known: &mut BTreeMap<String, Known>,
        id: &str,
        line: String,
    ) -> Result<(), RunError> {
        let line = whole_lines(line);
        let open = open.get_mut(id).ok_or_else(|| RunError::Unknown(id.to_owned()))?;
        self.store.write(id, open.end, &line).await?;
        open.end += line.len() as u64;
        if let Some(known) = known.get_mut(id) {
            known.n_bytes = open.end;
        }
        Ok(())
    }
}

fn summary<'a>(known: &'a BTreeMap<String, Known>, id: &str) -> Result<&'a RunSummary, RunError> {
    let known = known.get(id).and_then(|known| known.summary.as_ref());
    known.ok_or_else(|| RunError::Unknown(id.to_owned()))
}

fn summary_of(known: &mut BTreeMap<String, Known>, id: &str, change: impl FnOnce(&mut RunSummary)) {
    if let Some(summary) = known.get_mut(id).and_then(|known| known.summary.as_mut()) {
        change(summary);
    }
}

/// The file's name says which run it is: a copied log is another run.
fn parsed(id: &str, bytes: &[u8], rule: Option<Rule>) -> Result<Log, RunError> {
    let mut log = log::parse(bytes, rule).map_err(|error| RunError::NotRead(error.to_string()))?;
    id.clone_into(&mut log.kept.id);
    Ok(log)
}

fn whole_lines(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn checked(id: &str) -> Result<&str, RunError> {
    if is_id(id) { Ok(id) } else { Err(RunError::NoId(id.to_owned())) }
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
