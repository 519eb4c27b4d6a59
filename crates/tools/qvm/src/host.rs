//! A terminal as the engine's host: the answer goes to standard output, everything else to standard error.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write as _;

use engine::Host;
use protocol::{Event, JobId, Stage};

use crate::progress::{Progress, Unit};

/// Every job of this program: they run one after another, so one id is enough.
pub(crate) const JOB: JobId = JobId(0);

/// Prints what happens.
#[derive(Debug)]
pub(crate) struct Terminal {
    #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
    started: std::time::Instant,
    progress: RefCell<Option<Progress>>,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
        let started = std::time::Instant::now();
        Self { started, progress: RefCell::default() }
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
}

/// An engine's error for a person: what went wrong, then what to do.
pub(crate) fn failed(error: &engine::EngineError) -> anyhow::Error {
    let failure = error.to_failure();
    anyhow::anyhow!("{}\n{}", failure.message, failure.remedy)
}

impl Host for Terminal {
    fn now_secs(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn emit(&self, event: Event) {
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
            Event::BenchmarkIndexing { bytes_done, bytes_total, n_rows, .. } => {
                self.show(format!("reading the file, {n_rows} rows"), Unit::Bytes, bytes_done, bytes_total);
            }
            Event::VisionFailed { failure, .. } => eprintln!("{}", failure.message),
            _ => {}
        }
    }

    async fn breathe(&self) {}

    fn is_stopped(&self, _: JobId) -> bool {
        false
    }
}
