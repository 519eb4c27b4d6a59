//! Chromium through ChromeDriver, which adds DevTools and the console to the WebDriver standard.

mod devtools;
mod net_log;

use std::process::Command;

use anyhow::{Context, Result};
use fantoccini::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::devtools::{DevTools, TakeConsole};
use super::driver::Driver;
use super::kind::BrowserKind;
use super::view::{Scheme, View};
use super::watch::Problem;

/// Flags that headless Chromium needs in a container, and flags that keep it from sending requests of its own.
const FLAGS: [&str; 7] = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Gives pages a software adapter: SwiftShader, which comes with Chromium.
const SOFTWARE_WEBGPU: &str = "--enable-unsafe-webgpu";

const NET_LOG: &str = "net-log.json";

/// What Chromium does in its own way.
pub(super) struct Chromium {
    profile: TempDir,
}

impl Chromium {
    pub(super) async fn start(
        kind: BrowserKind,
        programs: &xtask::setup::Browser,
    ) -> Result<(Self, Driver, Client)> {
        let profile = tempfile::tempdir().context("cannot make a folder for the browser's profile")?;
        let driver = Driver::start(&mut Command::new(&programs.driver), "successfully on port ")?;
        let own = [
            format!("--user-data-dir={}", profile.path().join("profile").display()),
            format!("--log-net-log={}", profile.path().join(NET_LOG).display()),
        ];
        let webgpu = (kind == BrowserKind::ChromiumOnSwiftShader).then_some(SOFTWARE_WEBGPU);
        let flags = FLAGS.into_iter().chain(webgpu).chain(own.iter().map(String::as_str));
        let capabilities = json!({
            "goog:chromeOptions": { "binary": programs.browser, "args": flags.collect::<Vec<_>>() },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = driver.connect(capabilities).await?;
        Ok((Self { profile }, driver, client))
    }

    pub(super) async fn look_at(&self, client: &Client, view: View, scheme: Scheme) -> Result<()> {
        devtools(client, DevTools::view(view)).await?;
        devtools(client, DevTools::scheme(scheme)).await
    }

    pub(super) async fn before_every_document(&self, client: &Client, script: &str) -> Result<()> {
        devtools(client, DevTools::before_every_document(script)).await
    }

    pub(super) async fn crash_gpu(&self, client: &Client) -> Result<()> {
        devtools(client, DevTools::crash_gpu()).await
    }

    pub(super) async fn limit_storage(&self, client: &Client, origin: &str, n_bytes: u64) -> Result<()> {
        devtools(client, DevTools::storage_quota(origin, n_bytes)).await
    }

    pub(super) async fn take_problems(&self, client: &Client) -> Result<Vec<Problem>> {
        let entries = client.issue_cmd(TakeConsole).await.context("cannot read the console")?;
        Ok(problems(entries.as_array().context("the console is no list")?))
    }

    pub(super) async fn close(self, client: Client, origin: &str) -> Result<Vec<String>> {
        client.close().await?;
        net_log::asked_elsewhere(&self.profile.path().join(NET_LOG), origin).await
    }
}

async fn devtools(client: &Client, command: DevTools) -> Result<()> {
    let done = client.issue_cmd(command.clone()).await;
    done.map(drop).with_context(|| format!("DevTools refused {command:?}"))
}

/// Entries of the console that should not be there, errors of workers included.
fn problems(console: &[Value]) -> Vec<Problem> {
    let errors = console.iter().filter(|entry| entry["level"] == "SEVERE").map(|entry| {
        let text = entry["message"].as_str().unwrap_or("an error without a message").to_owned();
        if text.contains("Content Security Policy") {
            Problem::Refused(text)
        } else {
            Problem::ConsoleError(text)
        }
    });
    errors.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_problem_and_a_warning_is_none() {
        let entry = |level: &str, message: &str| json!({ "level": level, "message": message });
        let console = [
            entry("SEVERE", "app.js 1:1 Uncaught Error"),
            entry("WARNING", "slow"),
            entry(
                "SEVERE",
                "Refused to connect: it violates the following Content Security Policy directive",
            ),
        ];
        let found = problems(&console);
        assert!(matches!(&found[..], [Problem::ConsoleError(_), Problem::Refused(_)]), "{found:?}");
    }
}
