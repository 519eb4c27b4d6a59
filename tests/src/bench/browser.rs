use anyhow::{Context as _, bail};
use protocol::{EndOfAnswer, Timings};
use serde_json::Value;

use super::{EXAMPLE, QUESTION, Run};
use crate::browser::{AskPage, BrowserKind, Upload, spec_in};

/// Keeps the figures of every answer that the page's worker reports.
const LISTEN: &str = "
    const Real = Worker;
    window.benchTimings = [];
    window.Worker = class extends Real {
      constructor(...how) {
        super(...how);
        this.addEventListener('message', ({ data }) => {
          if (data?.event?.Answered) window.benchTimings.push(data.event.Answered);
        });
      }
    };";

/// Asks the bundled model in a headless browser on `backend` (`cpu`, `webgpu`) `n_runs` times, each time about a newly opened
/// image, after one question that is not counted. Empty, with the reason printed, if there is no such browser.
///
/// # Errors
/// If the page fails.
pub fn in_browser(kind: BrowserKind, backend: &str, n_runs: u32) -> anyhow::Result<Vec<Run>> {
    let mut runs = Vec::new();
    spec_in(kind, "bench", async |ground| {
        ground.browser.before_every_document(LISTEN).await?;
        let page = AskPage::open_on(ground, backend).await?;
        let image = Upload::from_dist(&format!("examples/{EXAMPLE}"))?;
        for number in 0..=n_runs {
            page.drop_image(&Upload::new(&format!("{number}-{}", image.name), image.bytes.clone())).await?;
            page.type_question(QUESTION).await?;
            page.ask_and_wait().await?;
            let reported = ground.browser.run("return window.benchTimings.at(-1) ?? null", &[]).await?;
            let timings = timings(&reported)?;
            let Some(run) = Run::new(&timings) else { bail!("a stage did not run: {timings:?}") };
            if number > 0 {
                runs.push(run);
            }
        }
        Ok(())
    })?;
    Ok(runs)
}

/// `{end, timings: {...}}` as the worker reported it.
fn timings(reported: &Value) -> anyhow::Result<Timings> {
    let end: EndOfAnswer =
        serde_json::from_value(reported["end"].clone()).context("no answer was reported")?;
    let timings = serde_json::from_value(reported["timings"].clone()).context("an answer without figures")?;
    match end {
        EndOfAnswer::EndOfTurn | EndOfAnswer::MaxTokens => Ok(timings),
        other => bail!("the answer ended early: {other:?}"),
    }
}
