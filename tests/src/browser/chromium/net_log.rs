//! The browser's own record of every request that left a page, its frames and its workers.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::time::sleep;

use crate::browser::watch::is_own;

/// The event that begins every request, WebSockets and beacons among them. One that a policy refused never begins.
const BEGINS: &str = "URL_REQUEST_START_JOB";

/// How the log names the initiator of what the browser asks for by itself, or a driver by it: none, or one of its own
/// pages (the new tab that it starts with).
const NO_PAGE: [&str; 2] = ["not an origin", "chrome"];

/// Reads the log of a browser that is ending, and returns the addresses outside `origin` that pages asked for.
pub(super) async fn asked_elsewhere(log: &Path, origin: &str) -> Result<Vec<String>> {
    const LOOKS: u32 = 100;
    let mut text = String::new();
    for _ in 0..LOOKS {
        text = std::fs::read_to_string(log).unwrap_or_default();
        // The browser closes the list as its last act.
        if text.trim_end().ends_with('}') {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    let log: Value = serde_json::from_str(&text).context("the browser did not finish its log of requests")?;
    elsewhere(&log, origin)
}

fn elsewhere(log: &Value, origin: &str) -> Result<Vec<String>> {
    let begins = &log["constants"]["logEventTypes"][BEGINS];
    let begins = begins.as_u64().with_context(|| format!("the browser's log knows no {BEGINS}"))?;
    let events = log["events"].as_array().context("the browser's log holds no events")?;
    let by_a_page = |event: &&Value| {
        let initiator = event["params"]["initiator"].as_str().unwrap_or_default();
        event["type"].as_u64() == Some(begins) && !NO_PAGE.iter().any(|start| initiator.starts_with(start))
    };
    let begun = events.iter().filter(by_a_page);
    let urls = begun.filter_map(|event| event["params"]["url"].as_str());
    Ok(urls.filter(|url| !is_own(url, origin)).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ORIGIN: &str = "http://127.0.0.1:80";

    fn asked(initiator: &str, url: &str) -> Result<Vec<String>> {
        let event = |kind| json!({ "type": kind, "params": { "initiator": initiator, "url": url } });
        let log = json!({ "constants": { "logEventTypes": { BEGINS: 7 } }, "events": [event(7), event(8)] });
        elsewhere(&log, ORIGIN)
    }

    #[test]
    fn what_a_page_asks_of_another_origin_is_found() {
        // The second has the origin as the start of its host, the third a port that starts alike.
        let others = [
            "https://example.org/x",
            "http://127.0.0.1:80.example.org/",
            "http://127.0.0.1:8080/",
            "ws://127.0.0.1:80/",
        ];
        for url in others {
            assert_eq!(asked(ORIGIN, url).unwrap(), [url]);
            assert_eq!(asked("null", url).unwrap(), [url], "a sandboxed frame is a page too");
            assert_eq!(asked("not an origin", url).unwrap(), [""; 0]);
            assert_eq!(asked("chrome://new-tab-page", url).unwrap(), [""; 0]);
        }
        for url in
            ["http://127.0.0.1:80/app.js", "http://127.0.0.1:80", "blob:http://127.0.0.1:80/1", "data:,"]
        {
            assert_eq!(asked(ORIGIN, url).unwrap(), [""; 0]);
        }
    }

    #[test]
    fn a_log_of_another_form_is_an_error() {
        assert!(elsewhere(&json!({ "constants": {}, "events": [] }), ORIGIN).is_err());
    }
}
