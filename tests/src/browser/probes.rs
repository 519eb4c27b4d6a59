use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::chromium::Browser;
use super::other_origin::OtherOrigin;

/// `async function probe(other)`: every way out, tried.
const PROBE: &str = include_str!("probes.js");

/// One way out to another origin that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// `fetch`, `websocket`, `beacon`, ...
    pub name: String,
    /// How it ended, in the browser's words.
    pub outcome: String,
    /// The browser reported that the policy refused it.
    pub refused: bool,
}

/// Ways out of the page and of its worker, tried from inside.
pub struct Probes;

impl Probes {
    /// Makes every worker that later documents start from a `blob:` URL listen for [`Self::from_worker`]: the listener
    /// becomes a part of the blob's own source, so the probes run in the real worker, under the policy that it has.
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
        let wrap = format!(
            "globalThis.Blob = new Proxy(Blob, {{
               construct(blob, [parts = [], options = {{}}], target) {{
                 const isScript = /javascript/.test(options.type) || parts.some((part) => /^\\s*import\\b/.test(part));
                 return Reflect.construct(blob, [isScript ? [{}, '\\n', ...parts] : parts, options], target);
               }},
             }});",
            json!(listener)
        );
        browser.before_every_document(&wrap).await
    }

    /// Tries every way out of the page.
    pub async fn from_page(browser: &Browser, other: &OtherOrigin) -> Result<Vec<Attempt>> {
        let script = format!("{PROBE} return await probe(arguments[0])");
        attempts(&browser.run_async(&script, &[json!(other.origin())]).await?)
    }

    /// Tries every way out of the worker. Also gives the addresses that the worker has asked for so far.
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
        Ok((attempts(&answer["attempts"])?, asked))
    }

    /// That each of these was tried, refused by the policy, and that nothing arrived.
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

fn attempts(list: &Value) -> Result<Vec<Attempt>> {
    let list = list.as_array().with_context(|| format!("expected a list of attempts, not {list}"))?;
    let attempt = |attempt: &Value| {
        Some(Attempt {
            name: attempt["name"].as_str()?.to_owned(),
            outcome: attempt["outcome"].as_str()?.to_owned(),
            refused: attempt["refused"].as_bool()?,
        })
    };
    list.iter().map(|item| attempt(item).with_context(|| format!("no attempt: {item}"))).collect()
}
