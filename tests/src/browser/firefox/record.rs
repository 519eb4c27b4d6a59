//! Reads what `watch.js` recorded.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::browser::watch::{Problem, is_own};

/// Messages of pages and their workers that should not be there.
pub(super) fn problems(messages: &[Value]) -> Result<Vec<Problem>> {
    let mut found = Vec::new();
    for message in messages {
        let of_browser = message["ofBrowser"].as_bool();
        if of_browser.with_context(|| format!("whose message is {message}?"))? || message["kind"] != "error" {
            continue;
        }
        let text = message["text"].as_str().unwrap_or("an error without a message").to_owned();
        let is_refusal = message["category"].as_str().is_some_and(|category| category.starts_with("CSP"));
        found.push(if is_refusal { Problem::Refused(text) } else { Problem::ConsoleError(text) });
    }
    Ok(found)
}

/// The addresses outside `origin` that pages asked for.
pub(super) fn asked_elsewhere(requests: &[Value], origin: &str) -> Result<Vec<String>> {
    let mut elsewhere = Vec::new();
    for request in requests {
        let text = |name: &str| request[name].as_str().with_context(|| format!("{request} has no {name}"));
        let (url, by) = (text("url")?, text("by")?);
        if by != "browser" && !is_own(url, origin) {
            elsewhere.push(url.to_owned());
        }
    }
    Ok(elsewhere)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ORIGIN: &str = "http://127.0.0.1:80";

    #[test]
    fn a_pages_error_is_a_problem_and_the_browsers_own_is_none() {
        let message = |kind: &str, of_browser: bool, category: &str| json!({ "kind": kind, "ofBrowser": of_browser, "category": category, "text": "it" });
        let messages = [
            message("error", true, "chrome javascript"),
            message("warning", false, "CSS Parser"),
            message("error", false, "Web Worker"),
            message("error", false, "CSP_CSPGenericViolation"),
        ];
        let found = problems(&messages).unwrap();
        assert!(matches!(&found[..], [Problem::ConsoleError(_), Problem::Refused(_)]), "{found:?}");
        assert!(problems(&[json!({ "kind": "error" })]).is_err(), "a record of another form is an error");
    }

    #[test]
    fn what_a_page_asks_of_another_origin_is_found() {
        let asked =
            |by: &str, url: &str| asked_elsewhere(&[json!({ "by": by, "url": url })], ORIGIN).unwrap();
        assert_eq!(asked(ORIGIN, "https://example.org/x"), ["https://example.org/x"]);
        assert_eq!(asked("moz-nullprincipal:{1}", "https://example.org/x"), ["https://example.org/x"]);
        assert_eq!(asked("browser", "https://example.org/x"), [""; 0]);
        assert_eq!(asked(ORIGIN, "http://127.0.0.1:80/app.js"), [""; 0]);
        assert!(asked_elsewhere(&[json!({ "url": "https://example.org/x" })], ORIGIN).is_err());
    }
}
