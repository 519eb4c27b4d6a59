//! A terminal as the engine's host: the answer goes to standard output, everything else to standard error.

use std::io::Write as _;

use engine::Host;
use protocol::{Event, JobId, Stage};

/// Every job of this program: they follow one another, so one name is enough.
pub(crate) const JOB: JobId = JobId(0);

/// Prints what happens.
#[derive(Debug)]
pub(crate) struct Terminal {
    #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
    started: std::time::Instant,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
        let started = std::time::Instant::now();
        Self { started }
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
                // Whoever closed the pipe does not want to hear of it; the answer ends by itself.
                let mut out = std::io::stdout().lock();
                let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            }
            Event::Progress { stage: Stage::ImageEncoding, done, total, .. } => {
                eprint!("\rencoding the image: {done}/{total} blocks");
                if done == total {
                    eprintln!();
                }
            }
            Event::Progress { stage: Stage::VisionLoading, done, total, .. } => {
                eprint!("\rloading the vision tower: {done}/{total} MiB");
                if done == total {
                    eprintln!();
                }
            }
            Event::BenchmarkIndexing { bytes_done, bytes_total, n_rows, .. } => {
                eprint!(
                    "\rreading the file: {} of {} MiB, {n_rows} rows",
                    bytes_done >> 20,
                    bytes_total >> 20
                );
                if bytes_done == bytes_total {
                    eprintln!();
                }
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
