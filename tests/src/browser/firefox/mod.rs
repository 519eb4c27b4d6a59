//! Firefox through geckodriver. Scripts with the browser's own rights do what the WebDriver standard lacks (console,
//! requests, view, colours).

mod own_rights;
mod record;

use std::process::Command;

use anyhow::{Context, Result};
use fantoccini::Client;
use serde_json::{Value, json};

use self::own_rights::run_with_own_rights;
use super::driver::Driver;
use super::view::{Scheme, View};
use super::watch::Problem;

/// Begins to record, in every process of the browser, what pages log and which requests they send.
const WATCH: &str = include_str!("watch.js");
/// The part of it for the processes of pages.
const WATCH_PAGES: &str = include_str!("watch-pages.js");

const LOOK_AT: &str = "
    const [width, height, scheme] = arguments;
    const { style, browsingContext } = window.gBrowser.selectedBrowser;
    for (const limit of ['', 'min-', 'max-']) {
      style.setProperty(`${limit}width`, `${width}px`);
      style.setProperty(`${limit}height`, `${height}px`);
    }
    browsingContext.prefersColorSchemeOverride = scheme;";

/// What Firefox does in its own way.
pub(super) struct Firefox;

impl Firefox {
    pub(super) async fn start(programs: &xtask::setup::Browser) -> Result<(Self, Driver, Client)> {
        let mut command = Command::new(&programs.driver);
        // Firefox takes the setting `services.settings.server` only from developers of its settings.
        command.arg("--allow-system-access").env("MOZ_REMOTE_SETTINGS_DEVTOOLS", "1");
        let driver = Driver::start(&mut command, "Listening on 127.0.0.1:")?;
        let capabilities = json!({
            "moz:firefoxOptions": {
                "binary": programs.browser,
                "args": ["-headless"],
                "prefs": {
                    "dom.webgpu.enabled": true,
                    // Software adapters are on that list.
                    "gfx.webgpu.ignore-blocklist": true,
                    // The browser must send no requests of its own.
                    "services.settings.server": "data:,#remote-settings-dummy/v1",
                    "app.normandy.enabled": false,
                },
            },
        });
        let client = driver.connect(capabilities).await?;
        run_with_own_rights(&client, WATCH, &[json!(WATCH_PAGES)]).await?;
        Ok((Self, driver, client))
    }

    pub(super) async fn look_at(&self, client: &Client, view: View, scheme: Scheme) -> Result<()> {
        let (width, height) = view.size_px();
        // A window cannot be as narrow as a phone, so the size of the view in it is set.
        client.set_window_size(width.max(500), height + 100).await?;
        let arguments = [json!(width), json!(height), json!(scheme.name())];
        run_with_own_rights(client, LOOK_AT, &arguments).await.map(drop)
    }

    pub(super) async fn before_every_document(&self, client: &Client, script: &str) -> Result<()> {
        let keep = "window.specWatch.beforeEveryDocument(arguments[0])";
        run_with_own_rights(client, keep, &[json!(script)]).await.map(drop)
    }

    pub(super) async fn take_problems(&self, client: &Client) -> Result<Vec<Problem>> {
        // The page's process sends its messages in order: when this answer arrives, everything logged before it has arrived.
        client.execute("", vec![]).await?;
        record::problems(&take(client, "messages").await?)
    }

    pub(super) async fn close(self, client: Client, origin: &str) -> Result<Vec<String>> {
        // Requests that a page sends as it closes belong to the record.
        client.goto("about:blank").await?;
        let requests = take(&client, "requests").await?;
        client.close().await?;
        record::asked_elsewhere(&requests, origin)
    }
}

/// Takes what was recorded since the last call.
async fn take(client: &Client, list: &str) -> Result<Vec<Value>> {
    let script = "return window.specWatch[arguments[0]].splice(0)";
    let taken = run_with_own_rights(client, script, &[json!(list)]).await?;
    taken.as_array().cloned().with_context(|| format!("Firefox recorded no {list}"))
}
