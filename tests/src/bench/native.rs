use std::path::Path;

use anyhow::{Context as _, bail};
use cpu::{Cpu, Precision};
use engine::{Host, Session};
use protocol::{Event, ImageId, JobId, Question, Settings, Turns};

use super::{EXAMPLE, QUESTION, Run};
use crate::golden::files_of;

/// A clock.
#[derive(Debug)]
struct Stopwatch {
    #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
    started: std::time::Instant,
}

impl Host for Stopwatch {
    fn now_secs(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn emit(&self, _: Event) {}

    async fn breathe(&self) {}

    fn is_stopped(&self, _: JobId) -> bool {
        false
    }
}

/// Asks the bundled model `n_runs` times, each time about a newly opened image, after one question that is not counted.
///
/// # Errors
/// If the bundled files cannot be read or a question fails.
pub fn native(n_runs: u32) -> anyhow::Result<Vec<Run>> {
    pollster::block_on(ask(n_runs))
}

async fn ask(n_runs: u32) -> anyhow::Result<Vec<Run>> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    let model = web.join("models/phantom");
    let image = std::fs::read(web.join("examples").join(EXAMPLE)).context("the example image")?;
    #[expect(clippy::disallowed_types, reason = "a native program: the clock is there")]
    let started = std::time::Instant::now();
    let mut session = Session::new(Cpu::new(Precision::Quantised), Stopwatch { started });
    let job = JobId(0);
    let pair = files_of(&model.join("text.gguf"), &model.join("mmproj.gguf"))?;
    session.load(job, pair).await?;
    let mut runs = Vec::new();
    for id in 0..=n_runs {
        session.open_image(ImageId(id), EXAMPLE, &image)?;
        let question = Question { text: QUESTION.into(), images: vec![ImageId(id)] };
        let settings = Settings { turns: Turns::Single, ..Settings::default() };
        let (_, timings) = session.ask(job, question, settings).await?;
        let Some(run) = Run::new(&timings) else { bail!("a stage did not run: {timings:?}") };
        if id > 0 {
            runs.push(run);
        }
    }
    Ok(runs)
}
