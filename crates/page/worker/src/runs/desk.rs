use std::collections::{BTreeMap, HashMap};

use bench::log::{self, Log};
use bench::{Answered, KeptRun, Question, Reply, Rule, Run, RunSummary, report};
use protocol::{Event, JobId, RunAct};

use super::shelf::Shelf;
use super::trouble::Trouble;

/// Of an id.
pub(crate) const MAX_ID_CHARS: usize = 80;

/// Carries out acts on the runs of a shelf, one after another.
pub(crate) struct Desk<S: Shelf> {
    shelf: S,
    /// What was read of each file, so that a list need not read them all again.
    known: BTreeMap<String, Known>,
    /// Runs that this tab writes; others are kept from that.
    open: HashMap<String, Open<S::Lock>>,
}

struct Known {
    /// Length of the file when it was read or written here. Files only grow, so another length is another content.
    n_bytes: u64,
    /// None where the file is no run.
    summary: Option<RunSummary>,
}

struct Open<L> {
    /// Where the next line goes: behind the last whole one.
    end: u64,
    lock: L,
}

impl<S: Shelf> Desk<S> {
    pub(crate) fn new(shelf: S) -> Self {
        Self { shelf, known: BTreeMap::new(), open: HashMap::new() }
    }

    #[cfg(test)]
    pub(crate) fn into_shelf(self) -> S {
        self.shelf
    }

    /// The event that ends the job, with what travels beside it.
    pub(crate) async fn carry_out(&mut self, job: JobId, act: RunAct) -> (Event, Option<Vec<u8>>) {
        let mut bulk = None;
        let event = match act {
            RunAct::List => self.list().await.map(|runs| Self::listed(job, runs)),
            RunAct::Begin { id, conditions, n_total, answers } => {
                let run = Run::new(conditions, n_total, answers);
                let kept = KeptRun { id, name: String::new(), run };
                self.begin(kept).await.map(|runs| Self::listed(job, runs))
            }
            RunAct::Keep { id, number, question, reply } => {
                self.keep(&id, number, question, reply).await.map(|()| Event::RunKept { job })
            }
            RunAct::Name { id, name } => self.name(&id, name).await.map(|runs| Self::listed(job, runs)),
            RunAct::Delete { id } => self.delete(&id).await.map(|runs| Self::listed(job, runs)),
            RunAct::Read { id } => self.read(&id, None).await.map(|kept| {
                let answers = kept.run.said();
                Event::RunRead { job, id, answers }
            }),
            RunAct::Write { id, rule, form } => self.read(&id, Some(rule)).await.and_then(|kept| {
                bulk =
                    Some(workbook::write(&kept.run, form).map_err(|e| Trouble::NotWritten(e.to_string()))?);
                let (name, media_type) = (report::file_name(&kept.run, form), form.media_type().to_owned());
                Ok(Event::RunWritten { job, name, media_type })
            }),
            RunAct::Analyse { id, rule, grouping, against } => {
                self.pair(&id, against.as_deref(), rule).await.map(|(kept, against)| Event::RunAnalysed {
                    job,
                    analysis: bench::analyse(&kept, against.as_ref(), grouping),
                })
            }
        };
        match event {
            Ok(event) => (event, bulk),
            Err(trouble) => (Event::Failed { job, failure: trouble.to_failure() }, None),
        }
    }

    fn listed(job: JobId, runs: Vec<RunSummary>) -> Event {
        Event::RunsListed { job, runs, on_disk: S::IS_ON_DISK }
    }

    /// All runs, the latest first. Only files that are new or were changed by another tab are read.
    async fn list(&mut self) -> Result<Vec<RunSummary>, Trouble> {
        let mut files = self.shelf.list().await?;
        files.retain(|(id, _)| is_id(id));
        self.known.retain(|known, _| files.iter().any(|(id, _)| id == known));
        for (id, n_bytes) in files {
            if self.known.get(&id).is_some_and(|known| known.n_bytes == n_bytes) {
                continue;
            }
            // One that another tab has deleted since is left out.
            let Some(bytes) = self.shelf.read(&id).await? else { continue };
            let summary = match parsed(&id, &bytes, None) {
                Ok(log) => Some(RunSummary::from(&log.kept)),
                Err(trouble) => {
                    self.shelf.warn(&format!("{id} is left out of the list of runs: {trouble}"));
                    None
                }
            };
            self.known.insert(id, Known { n_bytes: bytes.len() as u64, summary });
        }
        let mut runs: Vec<_> = self.known.values().filter_map(|known| known.summary.clone()).collect();
        runs.sort_by(|a, b| b.conditions.date.cmp(&a.conditions.date).then_with(|| b.id.cmp(&a.id)));
        Ok(runs)
    }

    async fn begin(&mut self, run: KeptRun) -> Result<Vec<RunSummary>, Trouble> {
        let id = checked(&run.id)?.to_owned();
        if self.shelf.list().await?.iter().any(|(other, _)| *other == id) {
            return Err(Trouble::Taken(id));
        }
        let lock = self.shelf.lock(&id).await?;
        let text = whole_lines(log::begin(&run));
        if let Err(trouble) = self.shelf.write(&id, 0, &text).await {
            // Half of a run that begins is none. That it could not be written is what is told.
            drop(self.shelf.remove(&id).await);
            return Err(trouble);
        }
        let end = text.len() as u64;
        self.known.insert(id.clone(), Known { n_bytes: end, summary: Some(RunSummary::from(&run)) });
        self.open.clear();
        self.open.insert(id, Open { end, lock });
        self.list().await
    }

    async fn keep(&mut self, id: &str, number: u32, question: Question, reply: Reply) -> Result<(), Trouble> {
        self.open(id).await?;
        // One run is made at a time; others are free for other tabs.
        self.open.retain(|other, _| other == id);
        let &mut RunSummary { n_asked: n_answers, n_total, .. } = self.summary(id)?;
        if n_answers >= n_total {
            return Err(Trouble::Whole { n_total });
        }
        if number != n_answers {
            return Err(Trouble::Order { number, n_answers });
        }
        self.append(id, log::answer(number, &question, &reply)).await?;
        let summary = self.summary(id)?;
        let answered = Answered::new(summary.conditions.rule, question, reply);
        summary.n_asked += 1;
        if let Some(hit) = answered.hit {
            summary.n += 1;
            summary.hits += u32::from(hit);
        }
        if summary.n_asked >= summary.n_total {
            self.open.remove(id);
        }
        Ok(())
    }

    async fn name(&mut self, id: &str, name: String) -> Result<Vec<RunSummary>, Trouble> {
        let was_open = self.open.contains_key(id);
        self.open(id).await?;
        let appended = self.append(id, log::renamed(&name)).await;
        if !was_open {
            self.open.remove(id);
        }
        appended?;
        self.summary(id)?.name = name;
        self.list().await
    }

    async fn delete(&mut self, id: &str) -> Result<Vec<RunSummary>, Trouble> {
        checked(id)?;
        let _lock = match self.open.remove(id) {
            Some(open) => open.lock,
            None => self.shelf.lock(id).await?,
        };
        self.shelf.remove(id).await?;
        self.known.remove(id);
        self.list().await
    }

    /// A run, its answers read under its own rule or another.
    async fn read(&self, id: &str, rule: Option<Rule>) -> Result<KeptRun, Trouble> {
        let bytes = self.shelf.read(checked(id)?).await?.ok_or_else(|| Trouble::Unknown(id.to_owned()))?;
        Ok(parsed(id, &bytes, rule)?.kept)
    }

    async fn pair(
        &self,
        id: &str,
        against: Option<&str>,
        rule: Rule,
    ) -> Result<(KeptRun, Option<KeptRun>), Trouble> {
        let kept = self.read(id, Some(rule)).await?;
        let against = match against {
            Some(other) => Some(self.read(other, Some(rule)).await?),
            None => None,
        };
        Ok((kept, against))
    }

    /// Makes sure that this tab, and no other, can append to a run.
    async fn open(&mut self, id: &str) -> Result<(), Trouble> {
        if self.open.contains_key(checked(id)?) {
            return Ok(());
        }
        let lock = self.shelf.lock(id).await?;
        let bytes = self.shelf.read(id).await?.ok_or_else(|| Trouble::Unknown(id.to_owned()))?;
        let summary = RunSummary::from(&parsed(id, &bytes, None)?.kept);
        // A line that was torn is written over. What is damaged before it stays, and is left out by whoever reads.
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) as u64;
        self.known.insert(id.to_owned(), Known { n_bytes: end, summary: Some(summary) });
        self.open.insert(id.to_owned(), Open { end, lock });
        Ok(())
    }

    /// Appends to a run that is open. Where that fails the next line takes the place of what was left of this one.
    async fn append(&mut self, id: &str, line: String) -> Result<(), Trouble> {
        let line = whole_lines(line);
        let open = self.open.get_mut(id).ok_or_else(|| Trouble::Unknown(id.to_owned()))?;
        self.shelf.write(id, open.end, &line).await?;
        open.end += line.len() as u64;
        if let Some(known) = self.known.get_mut(id) {
            known.n_bytes = open.end;
        }
        Ok(())
    }

    fn summary(&mut self, id: &str) -> Result<&mut RunSummary, Trouble> {
        let known = self.known.get_mut(id).and_then(|known| known.summary.as_mut());
        known.ok_or_else(|| Trouble::Unknown(id.to_owned()))
    }
}

/// A file's name says which run it is: one that was copied is another.
fn parsed(id: &str, bytes: &[u8], rule: Option<Rule>) -> Result<Log, Trouble> {
    let mut log = log::parse(bytes, rule).map_err(|error| Trouble::NotRead(error.to_string()))?;
    id.clone_into(&mut log.kept.id);
    Ok(log)
}

fn whole_lines(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn checked(id: &str) -> Result<&str, Trouble> {
    if is_id(id) { Ok(id) } else { Err(Trouble::NoId(id.to_owned())) }
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
