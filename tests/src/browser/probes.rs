use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::other_origin::OtherOrigin;
use super::session::Browser;
use super::watch::Problem;
use super::workers::before_every_worker;

/// `async function probe(other)`: every way out, tried.
const PROBE: &str = include_str!("probes.js");

/// One way out to another origin that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// `fetch`, `websocket`, `beacon`, ...
    pub name: String,
    /// How it ended, in the browser's words.
    pub outcome: String,
    /// The browser reported, there or in its console, that the policy refused it.
    pub refused: bool,
}

/// Ways out of the page and of its worker, tried from inside.
pub struct Probes;

impl Probes {
    /// Makes every worker that later documents start listen for [`Self::from_worker`].
    pub async fn listen_in_workers(browser: &Browser) -> Result<()> {
        let listener = format!(
            "{PROBE}
             {{
               const channel = new BroadcastChannel('probes');
               channel.onmessage = async ({{ data: {{ other }} }}) => {{
                 if (!other) return;
                 const attempts = await probe(other);
                 const asked = performance.getEntriesByType('resource').map((entry) => entry.name);
                 channel.postMessage({{ attempts, asked }});
               }};
             }}"
        );
        before_every_worker(browser, &listener).await
    }

    /// Tries every way out of the page.
    pub async fn from_page(browser: &Browser, other: &OtherOrigin) -> Result<Vec<Attempt>> {
        let script = format!("{PROBE} return await probe(arguments[0])");
        attempts(browser, &browser.run_async(&script, &[json!(other.origin())]).await?).await
    }

    /// Tries every way out of the worker. Also returns the addresses that the worker has asked for so far.
    pub async fn from_worker(browser: &Browser, other: &OtherOrigin) -> Result<(Vec<Attempt>, Vec<String>)> {
        let script = "
            const channel = new BroadcastChannel('probes');
            const answer = new Promise((end, fail) => {
              channel.onmessage = ({ data }) => data.attempts && end(data);
              setTimeout(fail, 60000, new Error('no worker answered'));
            });
            channel.postMessage({ other: arguments[0] });
            return await answer";
        let answer = browser.run_async(script, &[json!(other.origin())]).await?;
        let asked = answer["asked"].as_array().context("the worker said nothing of what it asked for")?;
        let asked = asked.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Ok((attempts(browser, &answer["attempts"]).await?, asked))
    }

    /// Checks that each of these was tried and refused by the policy, and that nothing arrived.
    ///
    /// # Errors
    /// Names every attempt that was not refused, and every request that arrived.
    pub fn ensure_refused(attempts: &[Attempt], expected: &[&str], other: &OtherOrigin) -> Result<()> {
        for name in expected {
            let tried = attempts.iter().any(|attempt| attempt.name == *name);
            ensure!(tried, "{name} was not tried, only {attempts:?}");
        }
        let allowed = attempts.iter().filter(|attempt| !attempt.refused).collect::<Vec<_>>();
        ensure!(allowed.is_empty(), "the policy did not refuse {allowed:#?}");
        let arrived = other.asked();
        ensure!(arrived.is_empty(), "another origin was asked: {arrived:#?}");
        Ok(())
    }
}

async fn attempts(browser: &Browser, list: &Value) -> Result<Vec<Attempt>> {
    let list = list.as_array().with_context(|| format!("expected a list of attempts, not {list}"))?;
    let attempt = |attempt: &Value| {
        Some(Attempt {
            name: attempt["name"].as_str()?.to_owned(),
            outcome: attempt["outcome"].as_str()?.to_owned(),
            refused: attempt["refused"].as_bool()?,
        })
    };
    let attempts = list.iter().map(|item| attempt(item).with_context(|| format!("no attempt: {item}")));
    let mut attempts = attempts.collect::<Result<Vec<_>>>()?;
    // Firefox does not report a refused EventSource to the worker, but its console does.
    let problems = browser.problems().await?;
    for attempt in &mut attempts {
        attempt.refused |= problems.iter().any(|problem| says_refused(problem, &attempt.name));
    }
    Ok(attempts)
}

/// Whether the console says that the policy refused the attempt of this name.
fn says_refused(problem: &Problem, name: &str) -> bool {
    let Problem::Refused(text) = problem else { return false };
    let path = format!("/probe-{name}");
    text.match_indices(&path)
        .any(|(at, _)| !text[at + path.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_of_the_same_attempt_counts() {
        let refused = |path: &str| Problem::Refused(format!("blocked at http://127.0.0.1:1{path} because"));
        assert!(says_refused(&refused("/probe-fetch"), "fetch"));
        assert!(!says_refused(&refused("/probe-fetch-no-cors"), "fetch"));
        assert!(!says_refused(&Problem::ConsoleError("failed: /probe-fetch".to_owned()), "fetch"));
    }
}
