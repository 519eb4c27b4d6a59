//! A terminal as the engine's host: the answer goes to standard output, everything else to standard error.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write as _;

use bench::{DataSet, Problem, Question, Reply};
use engine::Host;
use protocol::{Event, Failure, JobId, ModelInfo, Stage, Timings};

use crate::progress::{Progress, Unit};

/// Prints what happens and keeps the results.
#[derive(Debug)]
pub(crate) struct Terminal {
    #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
    started: std::time::Instant,
    outcome: RefCell<Outcome>,
    progress: RefCell<Option<Progress>>,
}

/// Results of the last commands.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) model: Option<ModelInfo>,
    pub(crate) timings: Option<Timings>,
    pub(crate) benchmark: Option<OpenedSet>,
    pub(crate) reply: Option<Reply>,
    /// Width, height, RGBA bytes.
    pub(crate) image: Option<(u32, u32, Vec<u8>)>,
    pub(crate) failure: Option<Failure>,
}

/// A data set that was opened.
#[derive(Debug)]
pub(crate) struct OpenedSet {
    pub(crate) data_set: DataSet,
    pub(crate) questions: Vec<Question>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) n_problems: u32,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
        let started = std::time::Instant::now();
        Self { started, outcome: RefCell::default(), progress: RefCell::default() }
    }

    fn show(&self, what: impl Into<Cow<'static, str>>, unit: Unit, n_done: u64, n_total: u64) {
        let mut progress = self.progress.borrow_mut();
        // A stage that was interrupted leaves a bar of another kind.
        let same = progress.take().filter(|bar| bar.counts(unit, n_total));
        let bar = progress.insert(same.unwrap_or_else(|| Progress::new(unit, n_total)));
        bar.say(what);
        bar.set(n_done);
        if n_done == n_total {
            *progress = None;
        }
    }

    /// Takes the results of the commands so far; a failure becomes an error.
    pub(crate) fn outcome(&self) -> anyhow::Result<Outcome> {
        let outcome = self.outcome.take();
        // A stage may have been interrupted.
        self.progress.take();
        match &outcome.failure {
            Some(failure) => anyhow::bail!("{}\n{}", failure.message, failure.remedy),
            None => Ok(outcome),
        }
    }
}

impl Host for Terminal {
    fn now_secs(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn emit(&self, event: Event, bulk: Option<Vec<u8>>) {
        let mut outcome = self.outcome.borrow_mut();
        match event {
            Event::Answer { text, .. } => {
                // A reader that closed the pipe wants no error; the answer ends by itself.
                let mut out = std::io::stdout().lock();
                let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            }
            Event::Progress { stage: Stage::ImageEncoding, done, total, .. } => {
                self.show("encoding the image", Unit::Blocks, done.into(), total.into());
            }
            Event::Progress { stage: Stage::VisionLoading, done, total, .. } => {
                // In MiB.
                let [done, total] = [done, total].map(|n| u64::from(n) << 20);
                self.show("loading the vision tower", Unit::Bytes, done, total);
            }
            Event::ModelReady { model, .. } => outcome.model = Some(model),
            Event::Answered { timings, .. } => outcome.timings = Some(timings),
            Event::BenchmarkIndexing { bytes_done, bytes_total, n_rows, .. } => {
                self.show(format!("reading the file, {n_rows} rows"), Unit::Bytes, bytes_done, bytes_total);
            }
            Event::BenchmarkOpened { data, questions, problems, n_problems, .. } => {
                outcome.benchmark = Some(OpenedSet { data_set: data, questions, problems, n_problems });
            }
            Event::BenchmarkAnswered { reply, .. } => outcome.reply = Some(reply),
            Event::BenchmarkImage { width_px, height_px, .. } => {
                outcome.image = bulk.map(|rgba| (width_px, height_px, rgba));
            }
            Event::VisionFailed { failure, .. } | Event::Failed { failure, .. } => {
                outcome.failure = Some(failure)
            }
            _ => {}
        }
    }

    async fn breathe(&self) {}

    fn is_stopped(&self, _: JobId) -> bool {
        false
    }
}
