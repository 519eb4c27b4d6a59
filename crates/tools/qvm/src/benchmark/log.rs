//! Runs on disk, one answer a line: what a run that was broken off goes on from.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use bench::{Answered, Conditions, KeptRun, Question, Rule, Run, log};

/// A run that is being written.
#[derive(Debug)]
pub(crate) struct RunLog {
    path: PathBuf,
    file: File,
}

impl RunLog {
    /// Begins a log, or goes on with the one that is there: `run` gets its answers then, and its date. `asked` are the questions
    /// of the run.
    ///
    /// # Errors
    /// Where another run is in the file.
    pub(crate) fn open(path: &Path, run: &mut Run, asked: &[(u32, Question)]) -> anyhow::Result<Self> {
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => read.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let (id, name) = (id(path), String::new());
        let mut kept = KeptRun { id, name, run: run.clone() };
        if !bytes.is_empty() {
            kept = parsed(path, &bytes, Some(run.conditions.rule))?;
            let other = format!("{} holds another run", path.display());
            if let Some(difference) = difference(&kept.run.conditions, &run.conditions) {
                bail!("{other}: {difference}. Name another file, or run under its conditions.");
            }
            let n_asked = kept.run.answers.len();
            let is_beginning =
                kept.run.questions().eq(asked.iter().map(|(_, question)| question).take(n_asked));
            if kept.run.n_total != run.n_total || !is_beginning {
                bail!("{other}: its questions are others. Name another file, or ask the same ones.");
            }
            *run = kept.run.clone();
            eprintln!("{}: going on behind {n_asked} of {} answers", path.display(), run.n_total);
        }
        // What was torn or damaged goes; a file that was whole comes out as it was.
        replace(path, &log::begin(&kept))?;
        let file = std::fs::OpenOptions::new().append(true).open(path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path: path.to_path_buf(), file })
    }

    /// Writes the answer at this place of the run.
    pub(crate) fn append(&mut self, number: u32, answered: &Answered) -> anyhow::Result<()> {
        let line = log::answer(number, &answered.question, &answered.reply);
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// The run in a file, its answers read under `rule`, or under its own.
pub(crate) fn read(path: &Path, rule: Option<Rule>) -> anyhow::Result<KeptRun> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    parsed(path, &bytes, rule)
}

fn parsed(path: &Path, bytes: &[u8], rule: Option<Rule>) -> anyhow::Result<KeptRun> {
    let log = log::parse(bytes, rule).with_context(|| format!("cannot read {}", path.display()))?;
    if log.n_damaged > 0 {
        eprintln!(
            "{}: {} lines are damaged or follow a gap; they are left out",
            path.display(),
            log.n_damaged
        );
    }
    Ok(log.kept)
}

/// Writes a file so that a crash leaves the old or the new one.
pub(crate) fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// What the first condition is that differs, with both values; the date of beginning may.
pub(crate) fn difference(found: &Conditions, expected: &Conditions) -> Option<String> {
    let found = Conditions { date: expected.date.clone(), ..found.clone() };
    if found == *expected {
        return None;
    }
    // Conditions are plain texts and numbers, which always have a JSON form.
    let fields = |conditions: &Conditions| serde_json::to_value(conditions).unwrap_or_default();
    let (found, expected) = (fields(&found), fields(expected));
    let differing = expected.as_object()?.iter().find(|(key, value)| found.get(key) != Some(value));
    differing.map(|(key, value)| {
        let found = found.get(key).unwrap_or_default();
        format!("its {} is {found}, not {value}", key.replace('_', " "))
    })
}

/// Names a run by its file: letters, digits and dashes.
pub(crate) fn id(path: &Path) -> String {
    const MOST_CHARS: usize = 80;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let id: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(MOST_CHARS).collect();
    if id.is_empty() { "run".to_owned() } else { id }
}

#[cfg(test)]
mod tests {
    use bench::Shard;

    use super::*;
    use crate::benchmark::table::tests::run;

    fn asked(run: &Run) -> Vec<(u32, Question)> {
        (0..).zip(run.questions().cloned()).collect()
    }

    fn fresh(run: &Run) -> Run {
        Run { answers: Vec::new(), ..run.clone() }
    }

    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("qvm-log-{}-{name}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    #[test]
    fn a_run_that_was_broken_off_goes_on_where_it_was() {
        let (whole, path) = (run(), path("goes-on"));
        let asked = asked(&whole);
        let mut first = fresh(&whole);
        let mut log = RunLog::open(&path, &mut first, &asked).unwrap();
        assert_eq!(first, fresh(&whole));
        for (number, answered) in (0..).zip(&whole.answers[..2]) {
            log.append(number, answered).unwrap();
        }
        // The program died within its third line, and goes on tomorrow.
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"number\":2,").unwrap();
        let mut second = fresh(&whole);
        second.conditions.date = "2099-01-01".into();
        let mut log = RunLog::open(&path, &mut second, &asked).unwrap();
        assert_eq!((second.answers.len(), &second.conditions.date), (2, &whole.conditions.date));
        for (number, answered) in (0..).zip(&whole.answers).skip(2) {
            log.append(number, answered).unwrap();
        }
        assert_eq!(read(&path, None).unwrap().run, whole);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn another_run_is_not_written_over() {
        let (whole, path) = (run(), path("another"));
        let asked_all = asked(&whole);
        let kept = KeptRun { id: id(&path), name: String::new(), run: whole.clone() };
        replace(&path, &log::begin(&kept)).unwrap();
        let before = std::fs::read(&path).unwrap();
        let said = |change: fn(&mut Run, &mut Vec<(u32, Question)>)| {
            let (mut run, mut asked) = (fresh(&whole), asked_all.clone());
            change(&mut run, &mut asked);
            RunLog::open(&path, &mut run, &asked).map(drop).map_err(|error| error.to_string())
        };
        let model = said(|run, _| run.conditions.model = "other".into()).unwrap_err();
        assert!(model.contains("holds another run: its model is \"Phantom\", not \"other\""), "{model}");
        let shard = said(|run, _| run.conditions.shard = Some(Shard { index: 1, of: 2 })).unwrap_err();
        assert!(shard.contains("its shard is null, not {"), "{shard}");
        let questions = said(|_, asked| asked[1].1.question = "else?".into()).unwrap_err();
        assert!(questions.contains("its questions are others"), "{questions}");
        assert!(said(|run, _| run.n_total += 1).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(said(|_, _| {}), Ok(()));
        assert_eq!(std::fs::read(&path).unwrap(), before, "a whole file comes out as it was");
        std::fs::write(&path, "index\tprediction\n").unwrap();
        let foreign = said(|_, _| {}).unwrap_err();
        assert!(foreign.contains("cannot read"), "{foreign}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_run_is_named_by_its_file() {
        assert_eq!(id(Path::new("a/run 7_b.jsonl")), "run-7-b");
        assert_eq!(id(Path::new("")), "run");
    }
}
