//! ChromeDriver's additions to the WebDriver standard: DevTools commands, and the console.

use std::fmt::Debug;

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::browser::view::{Scheme, View};

/// A DevTools command.
#[derive(Clone, Debug)]
pub(super) struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl DevTools {
    pub(super) fn new(command: &'static str, parameters: Value) -> Self {
        Self { command, parameters }
    }

    /// Runs a script in every document before any of the document's own.
    pub(super) fn before_every_document(script: &str) -> Self {
        Self::new("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }))
    }

    pub(super) fn view(view: View) -> Self {
        let (width, height) = view.size_px();
        let phone = view == View::Phone;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        Self::new("Emulation.setDeviceMetricsOverride", metrics)
    }

    pub(super) fn scheme(scheme: Scheme) -> Self {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme.name() }]);
        Self::new("Emulation.setEmulatedMedia", json!({ "features": features }))
    }

    /// Gives an origin this much storage and no more.
    pub(super) fn storage_quota(origin: &str, n_bytes: u64) -> Self {
        Self::new("Storage.overrideQuotaForOrigin", json!({ "origin": origin, "quotaSize": n_bytes }))
    }

    /// Ends the process that all pages' GPU devices live in, as a fault of a graphics driver does.
    pub(super) fn crash_gpu() -> Self {
        Self::new("Browser.crashGpuProcess", json!({}))
    }
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

/// Takes the console's entries since the last call.
#[derive(Clone, Copy, Debug)]
pub(super) struct TakeConsole;

impl WebDriverCompatibleCommand for TakeConsole {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
