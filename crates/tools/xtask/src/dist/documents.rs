//! What the two documents of the page say before any program runs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Everything but its own origin is closed to the page.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; img-src 'self' blob:; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";
/// The frame reaches other hosts, and shows, runs and embeds nothing but its own.
const FRAME_POLICY: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self' https: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'";

/// Checks both.
///
/// # Errors
/// Names the document, what was found and what was expected.
pub(super) fn check(dist: &Path) -> Result<()> {
    for (name, policy) in [("index.html", PAGE_POLICY), ("download.html", FRAME_POLICY)] {
        let path = dist.join(name);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        check_document(&text, policy).with_context(|| {
            format!(
                "{} is not as it was written: put web/ and index.html right and run `cargo xtask dist`",
                path.display()
            )
        })?;
    }
    Ok(())
}

fn check_document(text: &str, policy: &str) -> Result<()> {
    let policies = between(text, "http-equiv=\"Content-Security-Policy\" content=\"", '"');
    ensure!(policies == [policy], "its policies are {policies:?}, expected one: {policy:?}");
    ensure!(
        text.contains("<meta name=\"referrer\" content=\"no-referrer\""),
        "found no <meta name=\"referrer\" content=\"no-referrer\">"
    );
    // The policy would refuse it, and with it the page.
    let inline = between(text, "<script", '>').into_iter().find(|tag| !tag.contains(" src="));
    ensure!(
        inline.is_none(),
        "found an inline script, <script{}>; expected each in a file",
        inline.unwrap_or_default()
    );
    // A policy in the meta element governs what comes after it.
    let first_script = text.find("<script").unwrap_or(text.len());
    let at = text.find("http-equiv=\"Content-Security-Policy\"").unwrap_or(text.len());
    ensure!(at < first_script, "found a script before the policy, expected it behind");
    for attribute in [" src=\"", " href=\"", " action=\""] {
        let foreign = between(text, attribute, '"').into_iter().find(|address| is_foreign(address));
        ensure!(
            foreign.is_none(),
            "found{attribute}{}\", expected addresses of the page's own origin only",
            foreign.unwrap_or_default()
        );
    }
    Ok(())
}

/// Whether an address names a host. What the page needs has none, so that it works in any folder of any host.
fn is_foreign(address: &str) -> bool {
    address.contains("://") || address.starts_with("//") || address.starts_with("data:")
}

/// What stands between each `before` and the next `after`.
fn between<'a>(text: &'a str, before: &str, after: char) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, policy: &str) -> String {
        check_document(text, policy).map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn the_documents_of_the_checkout_are_let_pass() {
        check_document(include_str!("../../../../../index.html"), PAGE_POLICY).unwrap();
        check_document(include_str!("../../../../../web/download.html"), FRAME_POLICY).unwrap();
    }

    #[test]
    fn every_fault_of_a_document_is_found() {
        let frame = include_str!("../../../../../web/download.html");
        let page = include_str!("../../../../../index.html");
        // The documents are not interchangeable.
        assert!(refusal(frame, PAGE_POLICY).contains("expected one: \"default-src 'none'; "));
        assert!(refusal(page, FRAME_POLICY).contains("its policies are"));
        let wrong = [
            (page.replace("connect-src 'self'", "connect-src *"), "its policies are"),
            (page.replace("http-equiv", "name"), "its policies are []"),
            (page.replace("<body>", "<body><script>alert(1)</script>"), "found an inline script"),
            (
                page.replace("icon.svg\" type", "https://example.com/icon.svg\" type"),
                "found href=\"https://example.com",
            ),
            (page.replace("href=\"icon", "href=\"//example.com/icon"), "found href=\"//example.com"),
            (page.replace("\"no-referrer\"", "\"origin\""), "found no <meta name=\"referrer\""),
            (
                page.replace("<head>", "<head><script src=\"early.js\"></script>"),
                "found a script before the policy",
            ),
        ];
        for (text, expected) in wrong {
            let found = refusal(&text, PAGE_POLICY);
            assert!(found.contains(expected), "{expected}: {found:?}");
        }
    }

    #[test]
    fn the_file_is_named() {
        let dist = tempfile::tempdir().unwrap();
        fs::write(dist.path().join("index.html"), "<p>").unwrap();
        let message = format!("{:#}", check(dist.path()).unwrap_err());
        assert!(
            message.contains("index.html is not as it was written")
                && message.contains("its policies are []"),
            "{message}"
        );
    }
}
