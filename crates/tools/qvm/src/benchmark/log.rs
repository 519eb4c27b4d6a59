//! A run in a file of its own, one answer a line: what a run that was interrupted continues from.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use bench::{Conditions, KeptRun, Question, Rule, Run};
use runs::{Drive, RunError, RunStore, Runs, difference, log};

/// A store of one run, which is whatever is in this file.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
}

impl LogFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf() }
    }

    fn write_at(&self, at: u64, text: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(&self.path)?;
        file.set_len(at)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }

    fn contents(&self) -> std::io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?.read_to_end(&mut bytes)?,
        };
        // An empty file is a run that has not begun.
        Ok((!bytes.is_empty()).then_some(bytes))
    }
}

impl RunStore for LogFile {
    /// The file, locked for as long as it is open.
    type Lock = File;

    const IS_ON_DISK: bool = true;

    async fn list(&self) -> Result<Vec<(String, u64)>, RunError> {
        let bytes = self.contents().map_err(|error| RunError::NotRead(error.to_string()))?;
        Ok(bytes.iter().map(|bytes| (id(&self.path), bytes.len() as u64)).collect())
    }

    async fn read(&self, _: &str) -> Result<Option<Vec<u8>>, RunError> {
        self.contents().map_err(|error| RunError::NotRead(error.to_string()))
    }

    async fn lock(&self, _: &str) -> Result<File, RunError> {
        let opened = OpenOptions::new().create(true).append(true).open(&self.path);
        let file = opened.map_err(|error| RunError::NotWritten(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(RunError::Held),
            Err(TryLockError::Error(error)) => Err(RunError::NotWritten(error.to_string())),
        }
    }

    async fn write(&self, _: &str, at: u64, text: &str) -> Result<(), RunError> {
        self.write_at(at, text).map_err(|error| RunError::NotWritten(error.to_string()))
    }

    async fn remove(&self, _: &str) -> Result<(), RunError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(RunError::NotWritten(error.to_string())),
            _ => Ok(()),
        }
    }

    fn warn(&self, what: &str) {
        eprintln!("{what}");
    }
}

/// Begins the run of these conditions and questions in `runs`, or continues the one that is in `path` already; its answers come
/// with it.
///
/// # Errors
/// If another run is in the file, or it cannot be read or written; it stays as it is.
pub(crate) async fn begin_or_resume<S: RunStore>(
    runs: &Runs<S>,
    path: &Path,
    conditions: Conditions,
    plan: Vec<(u32, Question)>,
) -> anyhow::Result<(Drive, Run)> {
    let (id, n_total) = (id(path), plan.len() as u32);
    let log = match runs.open(&id, Some(conditions.rule)).await {
        Err(RunError::Unknown(_)) => {
            runs.close(&id).await;
            let drive = Drive::begin(runs, &id, conditions.clone(), plan).await?;
            return Ok((drive, Run { conditions, n_total, answers: Vec::new() }));
        }
        opened => opened.with_context(|| format!("cannot read {}", path.display()))?,
    };
    warn_of_damage(path, log.n_damaged);
    let other = format!("{} holds another run", path.display());
    if let Some(difference) = difference(&log.kept.run.conditions, &conditions) {
        bail!("{other}: {difference}. Name another file, or run under its conditions.");
    }
    let Ok(drive) = Drive::resume(&log.kept, plan) else {
        bail!("{other}: its questions are others. Name another file, or ask the same ones.");
    };
    let run = log.kept.run;
    eprintln!("{}: continuing after {} of {n_total} answers", path.display(), run.n_asked());
    Ok((drive, run))
}

/// The run in a file, its answers read under `rule`, or under its own.
pub(crate) fn read(path: &Path, rule: Option<Rule>) -> anyhow::Result<KeptRun> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let log = log::parse(&bytes, rule).with_context(|| format!("cannot read {}", path.display()))?;
    warn_of_damage(path, log.n_damaged);
    Ok(log.kept)
}

fn warn_of_damage(path: &Path, n_damaged: u32) {
    if n_damaged > 0 {
        eprintln!("{}: {n_damaged} lines are damaged or follow a gap; they are left out", path.display());
    }
}

/// Writes a file so that a crash leaves the old or the new one.
pub(crate) fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
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
    use bench::{Answered, Shard};

    use super::*;
    use crate::benchmark::table::tests::run;

    fn plan(run: &Run) -> Vec<(u32, Question)> {
        (0..).zip(run.questions().cloned()).collect()
    }

    fn path(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("qvm-log-{}-{name}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    fn begun(
        path: &Path,
        conditions: Conditions,
        plan: Vec<(u32, Question)>,
    ) -> anyhow::Result<(Runs<LogFile>, Drive, Run)> {
        let runs = Runs::new(LogFile::new(path));
        let (drive, run) = pollster::block_on(begin_or_resume(&runs, path, conditions, plan))?;
        Ok((runs, drive, run))
    }

    /// Has the next questions answered as they were in `whole`.
    fn answer(runs: &Runs<LogFile>, drive: &mut Drive, whole: &Run, n: usize) -> Vec<Answered> {
        let next = async |drive: &mut Drive| {
            drive.next(runs, async |place| Ok::<_, ()>(whole.answers[place as usize].reply.clone())).await
        };
        (0..n).map(|_| pollster::block_on(next(drive)).unwrap().unwrap()).collect()
    }

    #[test]
    fn a_file_keeps_a_run() {
        let path = path("keeps");
        let (whole, id) = (run(), id(&path));
        let (runs, mut drive, _) = begun(&path, whole.conditions.clone(), plan(&whole)).unwrap();
        answer(&runs, &mut drive, &whole, 1);
        let again = Runs::new(LogFile::new(&path));
        assert_eq!(pollster::block_on(again.open(&id, None)).unwrap_err(), RunError::Held);
        drop(runs);
        assert_eq!(pollster::block_on(again.open(&id, None)).unwrap().kept.run.answers.len(), 1);
        pollster::block_on(again.delete(&id)).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_run_that_was_interrupted_continues_where_it_was() {
        let (whole, path) = (run(), path("continues"));
        let (runs, mut drive, first) = begun(&path, whole.conditions.clone(), plan(&whole)).unwrap();
        assert_eq!(first.answers, []);
        answer(&runs, &mut drive, &whole, 2);
        drop((runs, drive));
        // The program died within its third line, and continues tomorrow.
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"number\":2,").unwrap();
        let tomorrow = Conditions { date: "2099-01-01".into(), ..whole.conditions.clone() };
        let (runs, mut drive, second) = begun(&path, tomorrow, plan(&whole)).unwrap();
        assert_eq!((second.answers.len(), &second.conditions.date), (2, &whole.conditions.date));
        answer(&runs, &mut drive, &whole, whole.answers.len() - 2);
        assert!(drive.is_complete());
        assert_eq!(read(&path, None).unwrap().run, whole);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn another_run_is_not_written_over() {
        let (whole, path) = (run(), path("another"));
        let kept = KeptRun { id: id(&path), name: String::new(), run: whole.clone() };
        replace(&path, &log::begin(&kept)).unwrap();
        let before = std::fs::read(&path).unwrap();
        let said = |change: fn(&mut Conditions, &mut Vec<(u32, Question)>)| {
            let (mut conditions, mut plan) = (whole.conditions.clone(), plan(&whole));
            change(&mut conditions, &mut plan);
            begun(&path, conditions, plan).map(drop).map_err(|error| error.to_string())
        };
        let model = said(|conditions, _| conditions.model = "other".into()).unwrap_err();
        assert!(model.contains("holds another run: its model is \"Phantom\", not \"other\""), "{model}");
        let shard = said(|conditions, _| conditions.shard = Some(Shard { index: 1, of: 2 })).unwrap_err();
        assert!(shard.contains("its shard is null, not {"), "{shard}");
        let questions = said(|_, plan| plan[1].1.question = "else?".into()).unwrap_err();
        assert!(questions.contains("its questions are others"), "{questions}");
        assert!(said(|_, plan| plan.extend_from_within(..1)).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(said(|_, _| {}), Ok(()));
        assert_eq!(std::fs::read(&path).unwrap(), before, "a whole file stays as it was");
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
